/**
 * A call of MLflow's protocol that a step's runner took on its own loopback, for the core to do later. Lines of an
 * attempt are numbered from 1 without gaps, so that what was done is known.
 */
export type TrackingLine = {
  readonly n: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Without prefix: `runs/log-batch`, `logged-models/m-…`; of files `artifacts/<path in the run or model>`. */
  readonly path: string
  /**
   * The body as it came, with what the runner made up: ids of runs (`run_id`) and of models (`model_id`) that were
   * created. Of a file: `{ file, size, sha256 }`, where `file` names its content in the folder beside the lines.
   */
  readonly body: Readonly<Record<string, unknown>>
}

/** Name of the folder, among the outputs of an attempt, that holds `lines.jsonl` and `files/`. */
export const TRACKING_OUTPUT = '.tracking'
