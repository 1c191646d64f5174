import { isRecordStep } from '#core/contract/definition.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Blobs } from '#core/store/index.ts'
import { earlierSteps, type EarlierStep } from './earlier-steps.ts'
import { isAsked, type Only } from './only.ts'
import { filesOf, type RemoteFiles } from './remote-files.ts'
import type { RunStore } from './run-store.ts'
import type { CacheHit, CacheQuery } from './scheduler.ts'
import type { Consumed } from './step-key.ts'

export type LookupOptions = {
  readonly store: Pick<RunStore, 'cached' | 'get' | 'steps' | 'parts'>
  readonly blobs: Blobs
  readonly remote: RemoteFiles
  /** Buckets that what is not here may be taken from. */
  readonly stores: readonly string[]
  /** False: the run does not use the cache. */
  readonly cache: boolean
  /** The run whose succeeded steps are taken over, also those that it had not taken over yet itself. */
  readonly resumes: string | null
  /** The step run that alone plays, where one does: it is computed again, whatever there is. */
  readonly only?: Only | undefined
}

/** Answers the scheduler: the outputs of a step that need not run, or why it must. */
export function createLookup(options: LookupOptions): (query: CacheQuery) => CacheHit | string {
  const { store } = options
  const isHere = (sha256: string): boolean => isThereOrRemote(sha256, options)
  const earlier = earlierSteps(store, options.resumes)
  const isTheSame = ({ run, row }: EarlierStep, { step, key, consumed }: CacheQuery): boolean => {
    if (row.key !== key) return false
    // One step alone is done again as it was in that run, not as in those before it.
    if (options.only !== undefined && run !== options.resumes) return false
    if (sameConsumed(store.parts(run, step.bound.planned.name)?.consumed, consumed) !== undefined) return false
    // Of what is taken over for one step that one needs but what it reads, which was looked for before.
    return options.only !== undefined || missing(row.outputs, isHere) === undefined
  }
  return (query) => {
    const { name, definition, usesRun } = query.step.bound.planned
    if (options.only !== undefined && isAsked(options.only, name, query.item)) return 'it was asked for'
    for (const taken of earlier.find(name, query.item ?? 0))
      if (isTheSame(taken, query)) return { outputs: taken.row.outputs, from: taken.run, resumed: true }
    // Another result of the same step is not what the attempt read, were it as good.
    if (options.only !== undefined) return 'it did not succeed in the run that this one is of'
    if (isRecordStep(definition)) return 'a register step is done in every run'
    if (!options.cache) return 'the cache is switched off for this run'
    if (!definition.cache) return 'the step says cache: false'
    if (usesRun) return 'the step uses run.*, which differs in every run'
    const entry = store.cached(query.key)
    if (entry === undefined) return 'the cache has nothing under its key'
    const differs = sameConsumed(entry.consumed, query.consumed)
    if (differs !== undefined) return `${differs}: its content differs from that of run ${entry.run}`
    const gone = missing(entry.outputs, isHere)
    if (gone !== undefined) return `output ${gone} of run ${entry.run} is no longer in the store`
    return { outputs: entry.outputs, from: entry.run, resumed: false }
  }
}

/** The first name under which two steps consumed different content; undefined where they consumed the same. */
function sameConsumed(then: Consumed | undefined, now: Consumed): string | undefined {
  if (then === undefined) return 'what it read then'
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].find((name) => then[name] !== now[name])
}

function missing(outputs: OutputRecords, isHere: (sha256: string) => boolean): string | undefined {
  return Object.entries(outputs).find(([, record]) => filesOf(record).some(({ sha256 }) => !isHere(sha256)))?.[0]
}

function isThereOrRemote(sha256: string, { blobs, remote, stores }: LookupOptions): boolean {
  return blobs.has(sha256) || (stores.length > 0 && remote.find(sha256, stores) !== undefined)
}
