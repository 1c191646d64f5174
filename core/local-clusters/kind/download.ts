import { Problem } from '#core/base/problem.ts'
import { fetchChecked, type CheckedFile } from './fetch-checked.ts'
import { downloadedKind, type KindTool } from './find.ts'
import { PINNED, releaseFile } from './release.ts'

const RELEASES = 'https://github.com/kubernetes-sigs/kind/releases/download'

export type KindDownload = Pick<CheckedFile, 'signal' | 'onProgress' | 'variables'> & {
  /** The data folder. */
  readonly home: string
  /** Address below which `v0.30.0/kind-linux-amd64` and the like lie; that of the project where empty. */
  readonly mirror: string
}

/** Address and sha256 of what would be downloaded for this machine; undefined where there is nothing. `mirror` may be empty. */
export function kindRelease(mirror: string): { readonly url: string; readonly sha256: string } | undefined {
  const release = releaseFile(process.platform, process.arch)
  if (release === undefined) return undefined
  const base = (mirror === '' ? RELEASES : mirror).replace(/\/+$/, '')
  return { url: `${base}/${PINNED.version}/${release.name}`, sha256: release.sha256 }
}

/**
 * Downloads the pinned release of kind into the data folder. Its sha256 stands in our source: another file is refused and
 * removed. Throws Problem `kind_unavailable` or `disk_full`, or the reason of the signal.
 */
export async function downloadKind({ home, mirror, ...rest }: KindDownload): Promise<KindTool> {
  const release = kindRelease(mirror)
  if (release === undefined) {
    const machine = `${process.platform}/${process.arch}`
    throw new Problem('kind_unavailable', `there is no kind to download for ${machine}: put a kind of your own on PATH`)
  }
  const file = downloadedKind(home)
  await fetchChecked({ ...rest, ...release, file, mode: 0o755 })
  return { path: file, version: PINNED.version, from: 'downloaded' }
}
