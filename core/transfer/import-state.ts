import { isProblem } from '#core/base/problem.ts'
import type { ImportReport } from '#core/contract/tracking-transfer.ts'
import type { RegistryImport, RegistryWrites } from '#core/registry/index.ts'
import type { Artifacts, ImportWrites, RunStatus, Tracking } from '#core/tracking/index.ts'

/** What an import writes to. */
export type ImportDeps = {
  readonly tracking: Pick<Tracking, 'reads' | 'writes'>
  readonly imports: ImportWrites
  readonly registry: RegistryWrites
  readonly registryImport: RegistryImport
  readonly artifacts: Artifacts
}

/** An experiment of the source as it is here; no id where it cannot take runs, or would be made. */
export type ImportedExperiment = {
  readonly name: string
  readonly id: string | null
  /** Whether this import made it. */
  readonly isNew: boolean
  /** Whether it goes to the trash in the end, with its runs. */
  readonly isGoing: boolean
  /** Why it takes no runs. */
  readonly fault?: string
  runs: number
}

/** A run of the source as it is here. */
export type ImportedRun = {
  readonly id: string
  readonly isNew: boolean
  /** False for what is in the trash here, and in a dry run. */
  readonly isWritable: boolean
  /** Of the source. */
  readonly stage: 'active' | 'deleted'
  readonly status: RunStatus
  /** '' where files cannot be kept. */
  readonly artifactUri: string
  readonly pointsBefore: number
  /** Points that the source told. */
  pointsTold: number
}

/** What an import knows while it goes on. */
export type ImportState = {
  readonly deps: ImportDeps
  readonly kind: ImportReport['kind']
  /** The source, as the tag of what came from it says it. */
  readonly source: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
  readonly experiments: Map<string, ImportedExperiment>
  readonly runs: Map<string, ImportedRun>
  /** Artifact URIs of logged models; '' where it would be made. */
  readonly models: Map<string, string>
  /** Numbers of versions here, by `name/number` there. */
  readonly versions: Map<string, number>
  readonly count: {
    runs: number
    known: number
    points: number
    files: number
    bytes: number
    models: number
    versions: number
  }
  readonly skipped: ImportReport['skipped']
  skippedMore: number
}

/** So many reasons are told one by one. */
const MOST_SKIPPED = 1_000

/** Notes that something was not taken. */
export function skip(state: ImportState, what: string, why: string): void {
  if (state.skipped.length < MOST_SKIPPED) state.skipped.push({ what, why })
  else state.skippedMore += 1
}

/** Faults of what was to be written, and not of this machine. */
const FAULTS = new Set(['tracking_invalid', 'tracking_exists', 'not_found'])

/** Does a write; one that is refused is noted as not taken, and undefined comes back. */
export async function unlessRefused<Result>(
  state: ImportState,
  what: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!isProblem(error) || !FAULTS.has(error.code)) throw error
    skip(state, what, error.message)
    return undefined
  }
}

/** The report of what came, or would come. */
export function reportOf({ kind, experiments, count, skipped, skippedMore }: ImportState): ImportReport {
  const { runs, known, points, files, bytes, models, versions } = count
  const more = skippedMore === 0 ? [] : [{ what: `${skippedMore} more`, why: 'only the first 1,000 are listed' }]
  return {
    kind,
    experiments: Array.from(experiments.values(), ({ name, id, runs: ofIt }) => ({ name, id, runs: ofIt })),
    runs,
    known,
    points,
    artifacts: { files, bytes },
    models,
    versions,
    skipped: [...skipped, ...more],
  }
}
