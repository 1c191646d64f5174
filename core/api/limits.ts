import { Problem } from '#core/base/problem.ts'
import type { Caller } from '#core/teams/index.ts'
import { withHeaders } from './answer-problem.ts'
import { callerKey } from './caller-key.ts'

/** So many at once, and so many more with each second. */
type Rate = { readonly burst: number; readonly perSecond: number }

export type LimitsOptions = {
  /** Requests of one caller; all who show nothing are one caller. */
  readonly requests: Rate
  /** Refused credentials and codes, of all callers together. */
  readonly failures: Rate
  /** WebSockets that one caller has open. */
  readonly sockets: number
  /** Logs that one caller waits for. */
  readonly polls: number
}

const USUAL: LimitsOptions = {
  requests: { burst: 1_000, perSecond: 300 },
  failures: { burst: 20, perSecond: 1 },
  sockets: 64,
  polls: 32,
}

/**
 * How much a caller may ask. Every verb throws Problem `too_many_requests` where it is too much, with `Retry-After` in
 * seconds. Secrets of 32 random bytes are not guessed at any rate; the limit on failures keeps the attempts from costing
 * much, and one who has the right token or code is not locked out by another's attempts.
 */
export type Limits = {
  request(caller: Caller | undefined): void
  /** Looks at a credential: what is thrown is a refusal, which counts. */
  attempt<Result>(work: () => Result): Result
  /** Counts until the function that it returns is called. */
  holdSocket(caller: Caller | undefined): () => void
  /** Counts until the function that it returns is called. */
  holdPoll(caller: Caller | undefined): () => void
}

/** `now` is in milliseconds and never goes back. */
export function createLimits(
  options: Partial<LimitsOptions> = {},
  now: () => number = () => performance.now(),
): Limits {
  const { requests, failures, sockets, polls } = { ...USUAL, ...options }
  const [takeRequest, takeFailure] = [buckets(requests, now), buckets(failures, now)]
  return {
    request: (caller) => refuseLate(takeRequest(callerKey(caller)), 'requests'),
    attempt: (work) => {
      try {
        return work()
      } catch (error) {
        refuseLate(takeFailure(''), 'attempts with wrong credentials')
        throw error
      }
    },
    holdSocket: holder(sockets, 'WebSockets'),
    holdPoll: holder(polls, 'followed logs'),
  }
}

type Bucket = { tokens: number; at: number }

/** Buckets are few: full ones are as good as none, so they go when there are many. */
const MANY = 1_000

/** Takes one from the bucket of a key. Returns 0, or after how many seconds there will be one again. */
function buckets({ burst, perSecond }: Rate, now: () => number): (key: string) => number {
  const all = new Map<string, Bucket>()
  const filled = ({ tokens, at }: Bucket) => Math.min(burst, tokens + ((now() - at) / 1_000) * perSecond)
  return (key) => {
    if (all.size >= MANY) {
      for (const [other, bucket] of all) if (filled(bucket) >= burst) all.delete(other)
    }
    const bucket = all.get(key) ?? { tokens: burst, at: now() }
    bucket.tokens = filled(bucket)
    bucket.at = now()
    all.set(key, bucket)
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond
    bucket.tokens -= 1
    return 0
  }
}

function holder(most: number, what: string): (caller: Caller | undefined) => () => void {
  const held = new Map<string, number>()
  return (caller) => {
    const key = callerKey(caller)
    const count = held.get(key) ?? 0
    if (count >= most) throw tooMany(`you have ${most} ${what} open, which is the most: close one first`, 1)
    held.set(key, count + 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const left = (held.get(key) ?? 1) - 1
      if (left === 0) held.delete(key)
      else held.set(key, left)
    }
  }
}

function refuseLate(seconds: number, what: string): void {
  if (seconds > 0) throw tooMany(`too many ${what} came at once: wait and ask again`, seconds)
}

function tooMany(message: string, seconds: number): Problem {
  const problem = new Problem('too_many_requests', message)
  return withHeaders(problem, { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) })
}
