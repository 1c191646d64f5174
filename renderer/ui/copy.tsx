import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Copy as CopyIcon } from 'lucide-react'

type CopyProps = {
  readonly text: string
  /** What is copied, as the object of a sentence: `the address`. */
  readonly what: string
  /** With words beside the icon. */
  readonly isWide?: boolean
}

/** Copies a text; that it was done is shown and spoken. */
export function Copy({ text, what, isWide = false }: CopyProps) {
  const { copy, copied, error } = useClipboard({ timeout: 2_000 })
  const label = error === null ? (copied ? 'Copied' : `Copy ${what}`) : 'This browser does not let the page copy'
  const icon = copied ? <Check size={16} aria-hidden /> : <CopyIcon size={16} aria-hidden />
  return (
    <>
      {isWide ? (
        <Button variant="default" size="xs" leftSection={icon} onClick={() => copy(text)}>
          {label}
        </Button>
      ) : (
        <Tooltip label={label}>
          <ActionIcon variant="subtle" color="gray" aria-label={`Copy ${what}`} onClick={() => copy(text)}>
            {icon}
          </ActionIcon>
        </Tooltip>
      )}
      <VisuallyHidden role="status">{copied ? `Copied ${what}` : error === null ? '' : label}</VisuallyHidden>
    </>
  )
}
