import { z } from 'zod'
import { AccessView, NewToken } from './access.ts'
import { API_PREFIX, idParameter } from './http.ts'
import type { Route } from './route.ts'

const TIME = '2026-11-01T12:00:00.000Z'
const session = {
  id: '01kc2m3n4p5q6r7s8t9v0wxyza',
  agent: 'Firefox on Linux',
  createdAt: TIME,
  lastUsedAt: TIME,
  expiresAt: '2026-12-01T12:00:00.000Z',
  current: true,
}
const token = { id: '01kc2m3n4p5q6r7s8t9v0wxyzb', name: 'prometheus', createdAt: TIME, lastUsedAt: null }

/** Who may talk to the core. */
export const accessRoutes = {
  listAccess: {
    method: 'GET',
    path: `${API_PREFIX}/access`,
    summary: 'Sessions of browsers and tokens that are good now',
    auth: 'token',
    response: AccessView,
    example: {
      output: {
        folderToken: { file: '/home/ada/.mini-submarine/token', createdAt: TIME },
        sessions: [session],
        tokens: [token],
      },
    },
  },
  revokeSession: {
    method: 'DELETE',
    path: `${API_PREFIX}/access/sessions/{session}`,
    summary: 'End a session; its connections are closed at once',
    auth: 'token',
    params: z.strictObject({ session: idParameter }),
    example: { input: { session: session.id } },
  },
  createToken: {
    method: 'POST',
    path: `${API_PREFIX}/access/tokens`,
    summary: 'Make a token for a program; it is shown this once',
    auth: 'token',
    body: z.strictObject({ name: z.string().trim().min(1).max(64) }),
    response: NewToken,
    status: 201,
    example: { input: { name: token.name }, output: { ...token, token: 'b7f0c1' } },
  },
  revokeToken: {
    method: 'DELETE',
    path: `${API_PREFIX}/access/tokens/{token}`,
    summary: 'End a token; its connections are closed at once',
    auth: 'token',
    params: z.strictObject({ token: idParameter }),
    example: { input: { token: token.id } },
  },
  renewFolderToken: {
    method: 'POST',
    path: `${API_PREFIX}/access/renew`,
    summary: 'Replace the token of the data folder in its file; who holds the old one is refused from now on',
    auth: 'token',
    response: AccessView,
    example: {
      output: { folderToken: { file: '/home/ada/.mini-submarine/token', createdAt: TIME }, sessions: [], tokens: [] },
    },
  },
} as const satisfies Record<string, Route>
