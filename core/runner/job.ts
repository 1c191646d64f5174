import type { RunnerEnd } from '#core/attempts/index.ts'
import type { RecordWriter } from './record-writer.ts'

/** One attempt, wherever its runner is. */
export type Job = {
  run(writer: RecordWriter): Promise<RunnerEnd>
  /** Called once with the end, that of a runner that failed too; the end that is to be told comes of it. */
  leave(end: RunnerEnd): Promise<RunnerEnd>
}
