import { isProblem } from '#core/base/problem.ts'
import type { Provenance, PipelineService } from '#core/pipelines/index.ts'
import type { TrackedRunView } from '#core/contract/tracking.ts'

/** What origins are found by. */
export type OriginReads = {
  /** A tracked run in full. Throws Problem `not_found`. */
  readonly run: (id: string) => TrackedRunView
  readonly pipelines: Pick<PipelineService, 'provenance'>
}

/** The run of a pipeline, and the step of it, that a tracked run is of. */
export type PipelineOrigin = {
  /** The tracked run that the pipeline made: of the step, or of the whole run. Null where it is not there any more. */
  readonly tracked: TrackedRunView | null
  /** What was said when it was made, and stays. */
  readonly tags: Readonly<Record<string, string>>
  readonly run: string
  readonly step: string | null
  /** Undefined where the pipeline's run or step is not there any more. */
  readonly provenance: Provenance | undefined
}

/** Runs that programs nest in each other are followed upwards so far. */
const MOST_PARENTS = 10

/** Where a tracked run comes from, also one that a program nested in that of its step; undefined outside of pipelines. */
export function originOf({ run: read, pipelines }: OriginReads, run: TrackedRunView): PipelineOrigin | undefined {
  let tracked: TrackedRunView | undefined = run
  for (let turn = 0; turn < MOST_PARENTS && tracked !== undefined; turn += 1) {
    const of: TrackedRunView = tracked
    const origin = taggedOrigin(pipelines, of.tags, of)
    if (origin !== undefined) return origin
    const { parent } = of
    tracked = parent === null ? undefined : unlessGone(() => read(parent))
  }
  return undefined
}

/** The same by the tags of a tracked run, or of a version of a model that a pipeline registered. */
export function taggedOrigin(
  pipelines: OriginReads['pipelines'],
  tags: Readonly<Record<string, string>>,
  tracked: TrackedRunView | null,
): PipelineOrigin | undefined {
  const [run, step = null] = [tags['minisub.run'], tags['minisub.step']]
  if (run === undefined) return undefined
  return { tracked, tags, run, step, provenance: unlessGone(() => pipelines.provenance(run, step)) }
}

/** What a read gives; undefined for what is not there. Tags are texts that anybody may have written. */
export function unlessGone<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (isProblem(error) && /^(not_found|ambiguous_id|tracking_invalid)$/.test(error.code)) return undefined
    throw error
  }
}
