import { z } from 'zod'

/** Names of secrets and of their keys: what a file on every system and a Secret of Kubernetes may be called. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** The longest name, in characters. */
export const SECRET_NAME_LENGTH = 63
/** The largest value, in bytes of UTF-8: what a variable of a process may hold, with room to spare. */
export const SECRET_BYTES = 96 * 2 ** 10

/** One key of a secret, without its value, which is never told. */
export const SecretRow = z.object({
  name: z.string(),
  key: z.string(),
  /** Where the value is kept: in the system's keychain, or encrypted in a file of the data folder. */
  store: z.enum(['keychain', 'file']),
  updatedAt: z.iso.datetime(),
})
export type SecretRow = z.infer<typeof SecretRow>

/** What is there, and where a new value would go. */
export const SecretsView = z.object({
  /** Ordered by name, then key. */
  secrets: z.array(SecretRow),
  /** The keychain that new values are offered to first; null where they go into the file. */
  keychain: z.string().nullable(),
  /** Absolute path of the encrypted file. */
  file: z.string(),
})
export type SecretsView = z.infer<typeof SecretsView>
