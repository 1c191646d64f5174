/** The release of kind that is downloaded where PATH has none that fits. */
export const PINNED = {
  version: 'v0.30.0',
  /** The image of nodes that its release notes name. */
  nodeImage: 'kindest/node:v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a',
  /** Its files by platform of Node, with their sha256. */
  files: {
    'linux/x64': {
      name: 'kind-linux-amd64',
      sha256: '517ab7fc89ddeed5fa65abf71530d90648d9638ef0c4cde22c2c11f8097b8889',
    },
    'linux/arm64': {
      name: 'kind-linux-arm64',
      sha256: '7ea2de9d2d190022ed4a8a4e3ac0636c8a455e460b9a13ccf19f15d07f4f00eb',
    },
    'darwin/x64': {
      name: 'kind-darwin-amd64',
      sha256: '4f0b6e3b88bdc66d922c08469f05ef507d4903dd236e6319199bb9c868eed274',
    },
    'darwin/arm64': {
      name: 'kind-darwin-arm64',
      sha256: 'ceaf40df1d1551c481fb50e3deb5c3deecad5fd599df5469626b70ddf52a1518',
    },
  },
} as const

/** Versions of kind that work here, for people. */
export const KIND_RANGE = '>=0.27.0 <1.0.0'
const OLDEST_MINOR = 27

type ReleaseFile = { readonly name: string; readonly sha256: string }

/** The file of the pinned release for a platform; undefined where there is none whose sum is known. */
export function releaseFile(platform: string, architecture: string): ReleaseFile | undefined {
  const files: Readonly<Record<string, ReleaseFile>> = PINNED.files
  const key = `${platform}/${architecture}`
  return Object.hasOwn(files, key) ? files[key] : undefined
}

const SAYS = /^kind v?(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,100})?)(?:\s|$)/m

/** Reads what `kind version` prints, such as `kind v0.30.0 go1.24.6 linux/amd64`, as `v0.30.0`; undefined where it is something else. */
export function readKindVersion(output: string): string | undefined {
  const [, version] = SAYS.exec(output) ?? []
  return version === undefined ? undefined : `v${version}`
}

/** Whether a version such as `v0.30.0` is in the range. A pre-release counts as older than its release. */
export function isFitVersion(version: string): boolean {
  const [, major = '', minor = '', patch = '', rest = ''] = /^v(\d+)\.(\d+)\.(\d+)(.*)$/.exec(version) ?? []
  if (major !== '0') return false
  if (Number(minor) !== OLDEST_MINOR) return Number(minor) > OLDEST_MINOR
  return patch !== '0' || !rest.startsWith('-')
}
