/** What the variables of a step tell of it. */
export type StepEnvironment = {
  readonly run: string
  readonly step: string
  /** From 1. */
  readonly attempt: number
  /** Index in a fan-out, from 0; null outside of one. */
  readonly item: number | null
  readonly folders: { readonly inputs: string; readonly outputs: string; readonly home: string }
  /** The step's own variables, secrets included: they win over all but MINISUB_*. */
  readonly env: Readonly<Record<string, string>>
}

/** What every step sees, wherever it runs; in a container it is laid over the variables of the image. */
export function stepEnvironment({ run, step, attempt, item, folders, env }: StepEnvironment): Record<string, string> {
  return {
    HOME: folders.home,
    ...env,
    MINISUB_INPUTS: folders.inputs,
    MINISUB_OUTPUTS: folders.outputs,
    MINISUB_RUN_ID: run,
    MINISUB_STEP: step,
    MINISUB_ATTEMPT: String(attempt),
    ...(item === null ? {} : { MINISUB_ITEM: String(item) }),
  }
}
