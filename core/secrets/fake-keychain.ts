import type { Keychain } from './keychain.ts'

/** A keychain in memory, which a test can lock. */
export type FakeKeychain = Keychain & {
  readonly values: Map<string, string>
  /** How often it was asked. */
  calls(): number
  /** From now on every call fails with this reason; null: none. */
  lock(reason: string | null): void
}

export function createFakeKeychain(): FakeKeychain {
  const values = new Map<string, string>()
  let calls = 0
  let fault: string | null = null
  const ask = async <T>(work: () => T): Promise<T> => {
    calls += 1
    if (fault !== null) throw new Error(fault)
    return work()
  }
  return {
    title: 'Fake Keychain',
    values,
    calls: () => calls,
    lock: (reason) => void (fault = reason),
    get: (account) => ask(() => values.get(account)),
    set: (account, value) => ask(() => void values.set(account, value)),
    delete: (account) => ask(() => void values.delete(account)),
  }
}
