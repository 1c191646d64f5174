import { Problem } from '#core/base/problem.ts'
import type { Plan } from './plan.ts'
import type { RunRow } from './run-rows.ts'

/** The one step run that a run plays: an attempt of the run that it resumes is done again. */
export type Only = {
  readonly step: string
  /** Null outside a fan-out. */
  readonly item: number | null
  /** What is done again, and in which run it was made: a rerun that is resumed repeats the same one. */
  readonly run: string
  readonly attempt: number
  /** `registry/name@sha256:…` of the image that it ran in there, where it is to be had here; else that of its lock is taken. */
  readonly image?: string
}

/** The same with the steps that must be final before it. */
export type OnlyStep = Pick<Only, 'step' | 'item'> & { readonly above: ReadonlySet<string> }

export function onlyOf(plan: Pick<Plan, 'step'>, { step, item }: Only): OnlyStep {
  const above = new Set<string>()
  const open = [step]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const edge of plan.step(name).edges) {
      if (!above.has(edge.step)) open.push(edge.step)
      above.add(edge.step)
    }
  }
  return { step, item, above }
}

/** Whether a step run is the one. */
export function isAsked(only: Pick<Only, 'step' | 'item'>, step: string, item: number | null): boolean {
  return only.step === step && only.item === item
}

/** `train`, or `train[2]`. */
export function onlyName({ step, item }: Pick<Only, 'step' | 'item'>): string {
  return item === null ? step : `${step}[${item}]`
}

/** Why another one does not play. */
export function onlyReason(only: Pick<Only, 'step' | 'item'>): string {
  return `only ${onlyName(only)} was asked for`
}

/** Throws Problem `conflict` for a run that plays one step run alone, which no other target can take over. */
export function mustPlayWhole({ id, frozen: { only } }: Pick<RunRow, 'id' | 'frozen'>): void {
  if (only === undefined) return
  const name = onlyName(only)
  const fix = `take minisub pull-step ${only.run} ${name} --on docker or --on process`
  throw new Problem('conflict', `run ${id} plays ${name} alone and cannot be moved: ${fix}`)
}
