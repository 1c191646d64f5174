import { Problem } from '#core/base/problem.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { ParityCertificate, ParityKey } from '#core/contract/parity.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { certify } from './certificate.ts'
import { compareInTurns } from './compare-runs.ts'
import { explainReport } from './explain.ts'
import { gatherFacts, type FactReads } from './facts.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'

/** Whether runs are the same, and who says so. */
export type Parity = {
  /**
   * Compares two runs that are over and signs what comes of it. Throws Problem `not_found` or `ambiguous_id`, `conflict`
   * where one goes on, `invalid_value` where both are the same run, `secret_store`; and the signal's reason.
   */
  verify(
    of: { readonly a: string; readonly b: string; readonly tolerance?: number },
    signal?: AbortSignal,
  ): Promise<ParityCertificate>
  /** The public half of the key that signs, which is made where it is missing. Throws Problem `secret_store`. */
  key(): ParityKey
}

export type ParityOptions = {
  /** The data folder. */
  readonly home: string
  /** Of the workbench. */
  readonly version: string
  readonly pipelines: Pick<PipelineService, 'outcome' | 'provenance' | 'graph' | 'fetchFile'>
  readonly blobs: Pick<Blobs, 'has' | 'sourceOf'>
  /** What was tracked. */
  readonly tracked: Omit<FactReads, 'pipelines'>
  readonly now?: () => number
}

/** Opens what compares runs. Nothing is held open, and the key is read when it is first needed. */
export function openParity(options: ParityOptions): Parity {
  const { home, version, pipelines, blobs, tracked, now = Date.now } = options
  let opened: SigningKey | undefined
  const key = (): SigningKey => (opened ??= openSigningKey(home))
  const reads = { pipelines, ...tracked }
  const contents = {
    pathOf: (sha256: string) => blobs.sourceOf(sha256),
    has: (sha256: string) => blobs.has(sha256),
    fetch: (sha256: string, signal?: AbortSignal) => pipelines.fetchFile(sha256, signal),
  }
  return {
    key: () => key().publicKey,
    verify: async ({ a, b, tolerance }, signal) => {
      const ids = finalRuns(pipelines, [a, b])
      const one = await gatherFacts(reads, ids[0], signal)
      const other = await gatherFacts(reads, ids[1], signal)
      const raw = await compareInTurns({ a: one, b: other }, tolerance === undefined ? {} : { tolerance }, signal)
      const report = await explainReport(raw, contents, { signal })
      const createdAt = new Date(now()).toISOString()
      return certify({ a: one.head, b: other.head, report, version, createdAt }, key())
    },
  }
}

/** The whole ids of two runs that are over. */
function finalRuns(pipelines: ParityOptions['pipelines'], [a, b]: readonly [string, string]): [string, string] {
  const [one, other] = [pipelines.graph(a), pipelines.graph(b)]
  if (one.id === other.id) {
    throw new Problem('invalid_value', `a run is the same as itself: name another beside ${one.id}`)
  }
  for (const { id, status } of [one, other]) {
    if (isFinalRun(status)) continue
    throw new Problem('conflict', `run ${id} is still ${status}: wait for its end, then compare it`)
  }
  return [one.id, other.id]
}
