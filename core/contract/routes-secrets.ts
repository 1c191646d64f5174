import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'
import { SECRET_NAME, SECRET_NAME_LENGTH, SecretRow, SecretsView } from './secrets.ts'

const FAULT = { error: 'not a name: letters and digits, inside also ., _ and -, at most 63 characters' }
const nameParameter = z.string().max(SECRET_NAME_LENGTH, FAULT).regex(SECRET_NAME, FAULT)
const row = {
  name: 'registry',
  key: 'token',
  store: 'keychain',
  updatedAt: '2026-11-01T12:00:00.000Z',
}

/** Values that steps get as variables. No route tells one. */
export const secretRoutes = {
  listSecrets: {
    method: 'GET',
    path: `${API_PREFIX}/secrets`,
    summary: 'Names and keys of the secrets, and where each value is kept; never a value',
    auth: 'token',
    response: SecretsView,
    example: {
      output: {
        secrets: [row],
        store: 'keychain',
        keychain: 'Secret Service',
        app: null,
        file: '/home/ada/.mini-submarine/secrets.json',
      },
    },
  },
  setSecret: {
    method: 'PUT',
    path: `${API_PREFIX}/secrets/{name}/{key}`,
    summary: 'Keep the value of a key, in place of the one before; not empty, without NUL, at most 96 KiB of UTF-8',
    auth: 'token',
    params: z.strictObject({ name: nameParameter, key: nameParameter }),
    // The sentence names no key of the body: what was sent by mistake may be the value.
    body: z.strictObject({ value: z.string({ error: 'a text is wanted' }) }, { error: 'send {"value": "…"} alone' }),
    isSecret: true,
    response: SecretRow,
    example: { input: { name: row.name, key: row.key, value: '…' }, output: row },
  },
  deleteSecret: {
    method: 'DELETE',
    path: `${API_PREFIX}/secrets/{name}`,
    summary: 'Delete a secret with all its keys; runs that are active cannot start another step that wants it',
    auth: 'token',
    params: z.strictObject({ name: nameParameter }),
    example: { input: { name: row.name } },
  },
  deleteSecretKey: {
    method: 'DELETE',
    path: `${API_PREFIX}/secrets/{name}/{key}`,
    summary: 'Delete one key of a secret',
    auth: 'token',
    params: z.strictObject({ name: nameParameter, key: nameParameter }),
    example: { input: { name: row.name, key: row.key } },
  },
} as const satisfies Record<string, Route>
