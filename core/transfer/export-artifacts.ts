import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isProblem, Problem } from '#core/base/problem.ts'
import { pathInside, systemCode } from '#core/files/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { artifactRoot, type ArtifactReads } from '#core/tracking/index.ts'

type Deps = { readonly artifacts: ArtifactReads; readonly blobs: Pick<Blobs, 'copyTo'> }
type Owned = { readonly id: string; readonly artifactUri: string }

/** Writes the files of runs to `FOLDER/RUN/…`; how many there are, and their bytes. */
export async function writeArtifacts(
  { artifacts, blobs }: Deps,
  runs: readonly Owned[],
  folder: string,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  let [rows, bytes] = [0, 0]
  for (const { id, artifactUri } of runs) {
    const root = rootOf(artifactUri)
    for (const { path, size } of root === undefined ? [] : filesOf(artifacts, root)) {
      const { sha256 } = artifacts.get(`${root}/${path}`)
      await copyOut(blobs, sha256, pathInside(join(folder, id), path))
      rows += 1
      bytes += size
    }
  }
  return { rows, bytes }
}

/** The folder of a run's files here; undefined where they are kept elsewhere. */
function rootOf(uri: string): string | undefined {
  try {
    return artifactRoot(uri)
  } catch (error) {
    if (isProblem(error)) return undefined
    throw error
  }
}

function* filesOf(artifacts: ArtifactReads, root: string, below = ''): Generator<{ path: string; size: number }> {
  for (const entry of artifacts.list(below === '' ? root : `${root}/${below}`)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.kind === 'file') yield { path, size: entry.size }
    else yield* filesOf(artifacts, root, path)
  }
}

async function copyOut(blobs: Deps['blobs'], sha256: string, target: string): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o755 })
    await blobs.copyTo(sha256, target, 0o644)
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (!['ENAMETOOLONG', 'EEXIST', 'EINVAL'].includes(code)) throw error
    const message = `the file ${target} cannot be written (${code}): its name does not fit this file system, export without artifacts`
    throw new Problem('invalid_request', message, { cause: error, path: 'artifacts' })
  }
}
