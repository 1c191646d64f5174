import { isProblem } from '#core/base/problem.ts'
import { checkKey, type Pair, type RunStatus, type Stage } from '#core/tracking/index.ts'

/** A text of a source; numbers and booleans as they are written, all else the fallback. */
export function textOf(value: unknown, fallback = ''): string {
  if (typeof value === 'string') return value.toWellFormed()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : fallback
}

/** An integer within 2^53, also of a text; all else the fallback. */
export function wholeOf(value: unknown, fallback: number): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : fallback
}

/** Epoch milliseconds of a source: not negative. */
export function timeOf(value: unknown, fallback: number): number {
  return Math.max(0, wholeOf(value, fallback))
}

export function stageFrom(value: unknown): Stage {
  return value === 'deleted' ? 'deleted' : 'active'
}

/** As `status` is numbered in files of MLflow, from 1 on. */
const NUMBERED: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']

/** The status of a run by its name or its number in MLflow; what is neither counts as ended by a kill. */
export function statusOf(value: unknown): RunStatus {
  const text = textOf(value)
  return NUMBERED.find((name) => name === text) ?? NUMBERED[wholeOf(value, 0) - 1] ?? 'KILLED'
}

/** Pairs whose keys can be kept here; the others go to `refuse` with the reason. */
export function keptPairs(pairs: Iterable<Pair>, refuse: (key: string, why: string) => void): Pair[] {
  const kept: Pair[] = []
  for (const pair of pairs) {
    const fault = keyFault(pair.key)
    if (fault === undefined) kept.push(pair)
    else refuse(pair.key, fault)
  }
  return kept
}

/** Why a text cannot be the key of a metric, parameter or tag; undefined where it can. */
export function keyFault(key: string): string | undefined {
  try {
    checkKey(key, 'key')
    return undefined
  } catch (error) {
    if (isProblem(error)) return error.message
    throw error
  }
}

/** An object of a source that was read; empty where it is none. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
