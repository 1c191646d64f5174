/**
 * A call of MLflow's protocol that a step's runner took on its own loopback, for the core to do later. Lines of an
 * attempt are numbered from 1 without gaps, so that what was done is known. Those of files come last, since files are
 * brought when the attempt has ended; all others come live, in their order.
 */
export type TrackingLine = {
  readonly n: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /**
   * Without prefix: `runs/log-batch`, `logged-models/m-…`; of files `artifacts/<path from the root of all artifacts>`,
   * decoded: `artifacts/3/<run id>/artifacts/model/MLmodel`, `artifacts/3/models/m-…/artifacts/MLmodel`. The runner sends
   * `log-metric` as `runs/log-batch`, and takes paths below its own runs and models only.
   */
  readonly path: string
  /**
   * The body as it came, with what the runner made up: ids of runs (`run_id`, in `runs/create`) and of models (`model_id`,
   * in `logged-models`, there behind `m-`) that were created, which begin with 16 digits of the step's own run. Of a file (PUT): `{ file, size, sha256 }`; `file` is its sha256 too, and its
   * content is in the blob store before the line is handed in. DELETE of a file has an empty body.
   */
  readonly body: Readonly<Record<string, unknown>>
}
