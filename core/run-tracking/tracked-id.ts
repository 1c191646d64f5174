import { sha256 } from '#core/files/index.ts'

/** MLflow's ids are 32 hexadecimal digits: the first 16 bytes of a hash. */
const DIGITS = 32

/** The tracked run of a whole pipeline run: what its step runs are nested in. */
export function trackedRunId(run: string): string {
  return sha256(run).slice(0, DIGITS)
}

/** The tracked run of a step run; attempts share it. A pod can compute it, as nothing is in it but names. */
export function trackedStepId({ run, step, item }: StepRunName): string {
  return sha256(`${run}/${step}/${item ?? ''}`).slice(0, DIGITS)
}

/** `item` is null outside a fan-out. */
export type StepRunName = { readonly run: string; readonly step: string; readonly item: number | null }
