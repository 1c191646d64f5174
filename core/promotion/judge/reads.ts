import { YAMLError } from 'yaml'
import { z } from 'zod'
import { look, type Looked } from '#core/base/looked.ts'
import { Problem } from '#core/base/problem.ts'

/** Reads one thing of a cluster; `what` completes `reading … took longer than 2 s`. */
export type Read = <Value>(what: string, work: (signal: AbortSignal) => Promise<Value>) => Promise<Looked<Value>>

const DEADLINE_MS = 2_000
/** Nothing answers in less, and words have tenths of a second. */
const LEAST_MS = 100

/**
 * Reads that are over in `deadlineMs` from now, those included that wait for others. What is there and is not as Kubernetes
 * writes it is a Problem `invalid_value` of this one read.
 */
export function openReads({
  deadlineMs = DEADLINE_MS,
  signal,
}: {
  readonly deadlineMs?: number | undefined
  readonly signal: AbortSignal
}): Read {
  const start = performance.now()
  return async (what, work) => {
    const left = deadlineMs - (performance.now() - start)
    if (left < LEAST_MS) return { problem: noTime(what), seconds: 0 }
    const rounded = Math.round(left / LEAST_MS) * LEAST_MS
    return look((stop) => orUnreadable(what, work(stop)), { what: `reading ${what}`, deadlineMs: rounded, signal })
  }
}

function noTime(what: string): Problem {
  return new Problem('request_timeout', `no time was left for reading ${what}: try again`)
}

async function orUnreadable<Value>(what: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError) && !(error instanceof YAMLError)) throw error
    const fix = 'look at it with kubectl, and have it corrected'
    throw new Problem('invalid_value', `${what} cannot be read, one object is not as it should be: ${fix}`, {
      cause: error,
    })
  }
}
