import { Problem } from '#core/base/problem.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { FetchOptions } from './fetch-files.ts'
import { filesOf } from './remote-files.ts'

/** What a step made that is not to be run again. */
export type Taken = { readonly step: string; readonly outputs: OutputRecords }

type Options = FetchOptions & {
  /** Buckets that answer. */
  readonly stores: readonly string[]
}

/**
 * Throws Problem `store_unreachable` where files of a step lie only in the bucket of a target that does not
 * answer: the step would be run again. What no bucket of a target has is not waited for.
 */
export function requireStores(taken: Iterable<Taken>, { blobs, remote, targets, stores }: Options): void {
  const names = new Map<string, string>()
  for (const name of targets.keys()) {
    const target = targets.get(name)
    if (target?.kind === 'cluster') names.set(target.store, name)
  }
  for (const { step, outputs } of taken) {
    for (const { sha256 } of Object.values(outputs).flatMap(filesOf)) {
      if (blobs.has(sha256) || remote.find(sha256, stores) !== undefined) continue
      const away = remote.find(sha256, [...names.keys()])
      if (away === undefined) continue
      const name = names.get(away.store) ?? away.store
      throw new Problem(
        'store_unreachable',
        `what step ${step} made is only in the bucket of ${name}, which does not answer: make it answer, since the step would be run again without it`,
      )
    }
  }
}
