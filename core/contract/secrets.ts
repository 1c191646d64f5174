import { z } from 'zod'

/** Names of secrets and of their keys: what a file on every system and a Secret of Kubernetes may be called. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** The longest name, in characters. */
export const SECRET_NAME_LENGTH = 63
/** The largest value, in bytes of UTF-8: what a variable of a process may hold, with room to spare. */
export const SECRET_BYTES = 96 * 2 ** 10

/** Where a value is: in the system's keychain, encrypted by the desktop app, or encrypted by a key of the data folder. */
export const SecretStore = z.enum(['keychain', 'app', 'file'])
export type SecretStore = z.infer<typeof SecretStore>

/** One key of a secret, without its value, which is never told. */
export const SecretRow = z.object({
  name: z.string(),
  key: z.string(),
  store: SecretStore,
  updatedAt: z.iso.datetime(),
})
export type SecretRow = z.infer<typeof SecretRow>

/** What is there, and where a new value would go. */
export const SecretsView = z.object({
  /** Ordered by name, then key. */
  secrets: z.array(SecretRow),
  /** Where a new value would go: `app` and `file` are both the file below. */
  store: SecretStore,
  /** The keychain that new values are offered to first; null where there is none, or it is not wanted. */
  keychain: z.string().nullable(),
  /**
   * The encryption that the desktop app lends, by what keeps its key; null in a core without the app. One that is not strong
   * is never used: everybody knows its key.
   */
  app: z.object({ backend: z.string(), isStrong: z.boolean() }).nullable(),
  /** Absolute path of the encrypted file. */
  file: z.string(),
})
export type SecretsView = z.infer<typeof SecretsView>
