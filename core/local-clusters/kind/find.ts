import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { foldersOfPath, isProgram } from '#core/files/index.ts'
import { isFitVersion, PINNED, readKindVersion, releaseFile } from './release.ts'

/** A kind that can be used. */
export type KindTool = {
  /** Absolute. */
  readonly path: string
  /** Such as `v0.30.0`. */
  readonly version: string
  readonly from: 'path' | 'downloaded'
}

/** What there is of kind on this machine. */
export type KindFound = {
  readonly tool?: KindTool
  /** Programs of that name that cannot be used; `version` is `unknown` where one does not say it. */
  readonly unfit: readonly { readonly path: string; readonly version: string }[]
  /** The version that would be downloaded. */
  readonly pinned: string
  /** Whether that release has a file for this machine. */
  readonly canDownload: boolean
}

const LIMIT_MS = 5_000
const NAME = process.platform === 'win32' ? 'kind.exe' : 'kind'
const run = promisify(execFile)

/** Where a downloaded kind lies. */
export function downloadedKind(home: string): string {
  return join(home, 'bin', NAME)
}

/**
 * The first kind of PATH whose version is in range, else the one that was downloaded. `path` is that of the environment
 * where absent. A program that does not answer within 5 s is no kind.
 */
export async function findKind({ home, path }: { readonly home: string; readonly path?: string }): Promise<KindFound> {
  const places = foldersOfPath(path).map((folder) => ({ path: join(folder, NAME), from: 'path' as const }))
  const unfit: { path: string; version: string }[] = []
  const rest = { unfit, pinned: PINNED.version, canDownload: releaseFile(process.platform, process.arch) !== undefined }
  for (const place of [...places, { path: downloadedKind(home), from: 'downloaded' as const }]) {
    if (!isProgram(place.path)) continue
    const version = await versionOf(place.path)
    if (version !== undefined && isFitVersion(version)) return { tool: { ...place, version }, ...rest }
    unfit.push({ path: place.path, version: version ?? 'unknown' })
  }
  return rest
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ['version'], { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 65_536 })
    return readKindVersion(stdout)
  } catch {
    // It cannot be run, fails, takes too long or prints too much: whatever it is, it cannot be used.
    return undefined
  }
}
