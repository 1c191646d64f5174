import { Problem } from '#core/base/problem.ts'
import type { View } from './types.ts'

/** The condition of a view on a column `stage`, to be added to others. */
export function viewCondition(view: View | undefined, column: string): string {
  if (view === 'ALL') return ''
  return ` AND ${column} = ${view === 'DELETED_ONLY' ? 1 : 0}`
}

/** The number of an experiment id. Throws Problem `not_found` for what no experiment can be called. */
export function experimentRow(id: string): number {
  if (!isExperimentId(id)) throw noExperiment(id)
  return Number(id)
}

/** Whether an experiment could have that id. */
export function isExperimentId(id: string): boolean {
  return /^\d{1,15}$/.test(id)
}

export function noExperiment(id: string): Problem {
  return new Problem('not_found', `No Experiment with id=${id} exists`)
}

export function noRun(id: string): Problem {
  return new Problem('not_found', `Run with id=${id} not found`)
}
