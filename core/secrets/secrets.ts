import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SecretRow, SecretsView } from '#core/contract/secrets.ts'
import { checkNames, checkValue } from './checks.ts'
import { openHiddenValues, type HiddenValues } from './hidden-values.ts'
import { put, read, remove, rowOf, storeOf, takeOver, type Context } from './keeping.ts'
import type { Keychain } from './keychain.ts'
import { openAppSeal, type LentEncryption } from './lent-encryption.ts'
import { patientKeychain } from './patient-keychain.ts'
import { openSeal } from './seal.ts'
import { readSecretFile } from './secret-file.ts'

export type SecretsOptions = {
  /** The data folder, which this process has the lock of. */
  readonly home: string
  /** Where new values go first. */
  readonly keychain?: Keychain | undefined
  /** What encrypts those that go into the file, where it is strong. */
  readonly encryption?: LentEncryption | undefined
  /** False: new values go into the file, by the key beside it, though there are a keychain and encryption. */
  readonly wantsKeychain?: () => boolean
  /** Told in a sentence what cannot be taken over from earlier versions; never a value. */
  readonly onNote?: (sentence: string) => void
  /** Now in epoch milliseconds. */
  readonly now?: () => number
}

/**
 * The secrets of a data folder. Names and keys are letters, digits, `.`, `_` and `-`; every call throws Problem
 * `invalid_value` for others, and `secret_store` where what is kept cannot be read.
 */
export type Secrets = {
  /**
   * A value; undefined where there is none. One from the file is read anew each time, one from the keychain stays in
   * memory for a minute after it was last asked for.
   */
  read(name: string, key: string): Promise<string | undefined>
  /** In place of the one before. Throws Problem `invalid_value`, `disk_full` or `home_unwritable`. */
  set(name: string, key: string, value: string): Promise<SecretRow>
  /** One key, or all of a secret. Throws Problem `not_found`. */
  delete(name: string, key?: string): Promise<void>
  /** Everything but the values. */
  list(): Promise<SecretsView>
  /** What attempts that are active must not show. */
  readonly hidden: HiddenValues
  /** Calls back after each change; the result ends that. */
  readonly onChange: (listener: () => void) => () => void
}

/** Opens the secrets of a data folder. Reads nothing and asks no keychain before it is needed. */
export function openSecrets(options: SecretsOptions): Secrets {
  const context = contextOf(options)
  const { change, upToDate, onChange } = openTurns(context)
  return {
    read: async (name, key) => {
      checkNames(name, key)
      await upToDate()
      return read(context, name, key)
    },
    set: async (name, key, value) => {
      checkNames(name, key)
      checkValue(name, key, value)
      return change(() => put(context, { name, key, value }))
    },
    delete: async (name, key) => {
      checkNames(name, key ?? name)
      await change(() => remove(context, name, key))
    },
    list: async () => {
      await upToDate()
      const secrets = readSecretFile(context.file).entries.map(rowOf)
      const { keychain, app, file } = context
      return { secrets, store: storeOf(context), keychain: keychain.offered() ?? null, app: app.view, file }
    },
    hidden: openHiddenValues(context.seal),
    onChange,
  }
}

type Turns = Pick<Secrets, 'onChange'> & {
  readonly change: <T>(work: () => Promise<T>) => Promise<T>
  /** Returns when nothing is left to be taken over from an earlier version. */
  readonly upToDate: () => Promise<void>
}

/** Changes are made one after the other, so that none is lost. */
function openTurns(context: Context): Turns {
  const listeners = new Set<() => void>()
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => takeOver(context)).then(work)
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    change: async (work) => {
      const result = await inTurn(work)
      for (const listener of listeners) listener()
      return result
    },
    upToDate: async () => {
      if (existsSync(context.plainFolder)) await inTurn(async () => undefined)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function contextOf({ home, keychain, encryption, ...options }: SecretsOptions): Context {
  const { now = Date.now, wantsKeychain = () => true, onNote = () => undefined } = options
  const noted = new Set<string>()
  const note = (sentence: string): void => {
    if (!noted.has(sentence)) onNote(sentence)
    noted.add(sentence)
  }
  return {
    file: join(home, 'secrets.json'),
    plainFolder: join(home, 'secrets'),
    seal: openSeal(join(home, 'secrets.key')),
    keychain: patientKeychain(keychain, wantsKeychain, now),
    app: openAppSeal({ lent: encryption, isWanted: wantsKeychain, note }),
    now,
    note,
  }
}
