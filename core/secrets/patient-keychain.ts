import { Problem } from '#core/base/problem.ts'
import type { Keychain } from './keychain.ts'

/** How long a value stays in memory after it was asked for: the items of a fan-out want the same one. */
const KEEP_MS = 60_000
/** How long after a failure the keychain is not asked again: a person is not to be asked each second. */
const QUIET_MS = 60_000

/** A keychain that is asked one thing at a time, and not again and again. */
export type PatientKeychain = {
  /** What the system calls it; undefined where new values go elsewhere. */
  offered(): string | undefined
  /** Throws Problem `secret_store` where the keychain cannot be asked. */
  get(account: string): Promise<string | undefined>
  /** False where it did not take the value; from then on nothing new is offered to it. */
  set(account: string, value: string): Promise<boolean>
  /** Throws Problem `secret_store`. */
  delete(account: string): Promise<void>
}

type Kept = { readonly value: string; readonly timer: NodeJS.Timeout }

export function patientKeychain(
  keychain: Keychain | undefined,
  isWanted: () => boolean,
  now: () => number,
): PatientKeychain {
  const kept = new Map<string, Kept>()
  let last: Promise<unknown> = Promise.resolve()
  let failed: { readonly at: number; readonly cause: unknown } | undefined
  let isGood = true
  const forget = (account: string): void => {
    clearTimeout(kept.get(account)?.timer)
    kept.delete(account)
  }
  const keep = (account: string, value: string): void => {
    forget(account)
    kept.set(account, { value, timer: setTimeout(() => kept.delete(account), KEEP_MS).unref() })
  }
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
  const asked = async <T>(work: (good: Keychain) => Promise<T>): Promise<T> => {
    if (keychain === undefined) throw unreachable(undefined)
    if (failed !== undefined && now() - failed.at < QUIET_MS) throw unreachable(failed.cause)
    try {
      const result = await work(keychain)
      failed = undefined
      return result
    } catch (cause) {
      failed = { at: now(), cause }
      throw unreachable(cause)
    }
  }
  return {
    offered: () => (isGood && isWanted() ? keychain?.title : undefined),
    get: (account) =>
      inTurn(async () => {
        const value = kept.get(account)?.value ?? (await asked((good) => good.get(account)))
        if (value !== undefined) keep(account, value)
        return value
      }),
    set: (account, value) =>
      inTurn(async () => {
        forget(account)
        if (keychain === undefined || !isGood || !isWanted()) return false
        isGood = await keychain.set(account, value).then(
          () => true,
          () => false,
        )
        return isGood
      }),
    delete: (account) =>
      inTurn(async () => {
        forget(account)
        await asked((good) => good.delete(account))
      }),
  }
}

function unreachable(cause: unknown): Problem {
  const why = cause instanceof Error ? ` (${cause.message})` : ''
  const fix = 'unlock it, or start the core in the session where it is open, or set the secret again'
  return new Problem('secret_store', `the keychain of this system cannot be asked${why}: ${fix}`, { cause })
}
