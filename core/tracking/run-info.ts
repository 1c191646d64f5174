import type { RunInfo, RunStatus, Stage } from './types.ts'

/** As `runs.status` counts them. */
export const STATUSES: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']

/** As `stage` counts them, in every table. */
const STAGES: readonly Stage[] = ['active', 'deleted']

/** What `runInfo` reads, of `runs r`. */
export const RUN_COLUMNS =
  'r.id, r.run_id, r.experiment, r.name, r.user_id, r.status, r.start_time, r.end_time, r.artifact_uri, r.stage, r.parent'

/** A raw row of `RUN_COLUMNS`; its first value is the row's number, which other tables refer to. */
export type RunRow = readonly [
  ...[row: number, id: string, experiment: number, name: string, userId: string, status: number],
  ...[startTime: number, endTime: number | null, artifactUri: string, stage: number],
  parent: string | null,
]

/** What a row says of a run. */
export function runInfo([
  ,
  id,
  experiment,
  name,
  userId,
  status,
  startTime,
  endTime,
  artifactUri,
  stage,
]: RunRow): RunInfo {
  return {
    id,
    experimentId: String(experiment),
    name,
    userId,
    status: STATUSES[status] ?? 'RUNNING',
    startTime,
    endTime,
    artifactUri,
    stage: stageOf(stage),
  }
}

/** The name of a stage. */
export function stageOf(stage: number): Stage {
  return STAGES[stage] ?? 'active'
}
