import { TextLink } from '#renderer/ui/link.tsx'
import classes from './models.module.css'

type AliasLinkProps = { readonly model: string; readonly alias: string; readonly version: number }

/** An alias as a link to the version that it means. */
export function AliasLink({ model, alias, version }: AliasLinkProps) {
  return (
    <TextLink
      to="/models/$model/versions/$version"
      params={{ model, version: String(version) }}
      className={classes.alias}
      underline="never"
      aria-label={`${alias} of ${model}: version ${version}`}
    >
      @{alias} → {version}
    </TextLink>
  )
}
