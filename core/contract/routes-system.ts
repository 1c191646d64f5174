import { z } from 'zod'
import { API_PREFIX, Health, SessionCode, SessionView } from './http.ts'
import type { Route } from './route.ts'

const session = { csrf: 'b7f0c1', expiresAt: '2026-12-01T12:00:00.000Z' }

/** The core itself and the browser's session. */
export const systemRoutes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Whether the core is ready, and its version',
    auth: 'open',
    query: z.strictObject({
      challenge: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    }),
    response: Health,
    example: { output: { status: 'ready', version: '0.1.0' } },
  },
  openapi: {
    method: 'GET',
    path: `${API_PREFIX}/openapi.json`,
    summary: 'This interface as OpenAPI 3.1',
    auth: 'token',
    response: z.record(z.string(), z.json()),
    example: { output: { openapi: '3.1.0' } },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Counters and gauges of the core as Prometheus text',
    auth: 'token',
    response: z.string(),
    text: 'text/plain; version=0.0.4; charset=utf-8',
    example: { output: '# TYPE minisub_runs_active gauge\nminisub_runs_active 0\n' },
  },
  createSessionCode: {
    method: 'POST',
    path: `${API_PREFIX}/session/codes`,
    summary: 'Make a code that a browser exchanges for a session, once, within 60 seconds',
    auth: 'token',
    response: SessionCode,
    status: 201,
    example: { output: { code: '4f1d0c', expiresAt: '2026-11-01T12:01:00.000Z' } },
  },
  openSession: {
    method: 'POST',
    path: `${API_PREFIX}/session`,
    summary: 'Exchange a code for a cookie and a CSRF token',
    auth: 'code',
    body: z.strictObject({ code: z.string().min(1).max(128) }),
    response: SessionView,
    status: 201,
    example: { input: { code: '4f1d0c' }, output: session },
  },
  showSession: {
    method: 'GET',
    path: `${API_PREFIX}/session`,
    summary: 'The CSRF token of the session, for a page that was loaded again',
    auth: 'token',
    response: SessionView,
    example: { output: session },
  },
  closeSession: {
    method: 'DELETE',
    path: `${API_PREFIX}/session`,
    summary: 'End the session of the browser that asks',
    auth: 'token',
    example: {},
  },
} as const satisfies Record<string, Route>
