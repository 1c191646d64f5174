/** A step run of a pipeline; `item` is null outside of a fan-out. */
type StepAddress = { readonly run: string; readonly step: string; readonly item: number | null }

/** The id of the tracked run that a run of a pipeline is, as the core makes it: see core/run-tracking. */
export function trackedRunId(run: string): Promise<string> {
  return idOf(run)
}

/** The id of the tracked run that a step run is. */
export function trackedStepId({ run, step, item }: StepAddress): Promise<string> {
  return idOf(`${run}/${step}/${item ?? ''}`)
}

async function idOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash).subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
