import { Problem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { Blobs } from '#core/store/index.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { filesOf, type RemoteFile, type RemoteFiles } from './remote-files.ts'
import type { Progress } from './service-types.ts'
import type { Targets } from './targets.ts'

export type FetchOptions = {
  readonly blobs: Pick<Blobs, 'has'>
  readonly remote: RemoteFiles
  readonly targets: Targets
}

/** Buckets of clusters that hold something of ours and answer now, by their ids. */
export async function reachableStores({ remote, targets }: Omit<FetchOptions, 'blobs'>): Promise<string[]> {
  const wanted = new Set(remote.stores())
  if (wanted.size === 0) return []
  const asked = clustersOf(targets).filter(({ store }) => wanted.has(store))
  const answers = await Promise.all(asked.map(async (target) => ((await target.hasStore()) ? [target.store] : [])))
  return [...new Set(answers.flat())]
}

/**
 * Takes to this machine what of these records is only in a bucket. Resolves to the bytes that came. Throws Problem
 * `artifact_missing` where no bucket of a target has a file, and what the bucket throws.
 */
export async function fetchFiles(
  records: Iterable<OutputRecord>,
  options: FetchOptions,
  progress: Progress = {},
): Promise<number> {
  const targets = clustersOf(options.targets)
  const missing = new Map<ClusterTarget, Map<string, RemoteFile>>()
  for (const record of records) {
    for (const { sha256 } of filesOf(record)) {
      if (options.blobs.has(sha256)) continue
      const { target, file } = locate(sha256, targets, options.remote)
      missing.set(target, (missing.get(target) ?? new Map<string, RemoteFile>()).set(sha256, file))
    }
  }
  let bytes = 0
  for (const [target, files] of missing) {
    await target.fetch([...files.values()], progress)
    for (const { size } of files.values()) bytes += size
  }
  return bytes
}

function locate(
  sha256: string,
  targets: readonly ClusterTarget[],
  remote: RemoteFiles,
): { readonly target: ClusterTarget; readonly file: RemoteFile } {
  const stores = targets.map(({ store }) => store)
  const file = remote.find(sha256, stores)
  const target = targets.find(({ store }) => store === file?.store)
  if (file !== undefined && target !== undefined) return { target, file }
  throw new Problem(
    'artifact_missing',
    `the file ${sha256} is neither on this machine nor in the bucket of a target: add its target again, or run again with --no-cache to make it anew`,
  )
}

function clustersOf(targets: Targets): ClusterTarget[] {
  return [...targets.keys()].flatMap((name) => {
    const target = targets.get(name)
    return target?.kind === 'cluster' ? [target] : []
  })
}
