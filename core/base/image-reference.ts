/** The name of a container image, in its parts. */
export type ImageReference = {
  /** As written, without tag and digest. */
  readonly name: string
  /** The registry with its port, such as `ghcr.io`; `docker.io` for names without one. */
  readonly host: string
  /** The path within the registry, such as `library/python`. */
  readonly repository: string
  readonly tag: string | undefined
  /** `sha256:…`; it wins over a tag. */
  readonly digest: string | undefined
}

const HUB = 'docker.io'
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REFERENCE = new RegExp(
  `^((?:([A-Za-z0-9.-]+(?::[0-9]+)?|\\[[0-9A-Fa-f:]+\\](?::[0-9]+)?)/)?(${COMPONENT}(?:/${COMPONENT})*))(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
)

/** Reads the name of an image as Docker does; undefined where it is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  const match = text.length > 512 ? null : REFERENCE.exec(text)
  const [, name = '', first, rest = '', tag, digest] = match ?? []
  if (name === '') return undefined
  const isHost = first !== undefined && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  if (first !== undefined && !isHost && !new RegExp(`^${COMPONENT}$`).test(first)) return undefined
  const path = first === undefined || isHost ? rest : `${first}/${rest}`
  const host = isHost && !['index.docker.io', 'registry-1.docker.io'].includes(first) ? first : HUB
  const repository = host === HUB && !path.includes('/') ? `library/${path}` : path
  return { name, host, repository, tag, digest }
}

/** `name@sha256:…`, which is the same image for ever. */
export function pinnedReference({ name }: ImageReference, digest: string): string {
  return `${name}@${digest}`
}

/** Whether `name@sha256:…`, as an engine spells it, is of the same repository, and its digest then. */
export function digestFor(reference: ImageReference, repoDigest: string): string | undefined {
  const other = parseImageReference(repoDigest)
  const isSame = other?.host === reference.host && other.repository === reference.repository
  return isSame ? other.digest : undefined
}

/** `linux/amd64`, `linux/arm/v7`; the one variant of arm64 goes without saying. */
export function platformText(os: string, architecture: string, variant: string | undefined): string {
  const isPlain = variant === undefined || variant === '' || (architecture === 'arm64' && variant === 'v8')
  return isPlain ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
}
