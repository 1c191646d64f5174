import { z } from 'zod'
import { ConformanceReport, ConformanceView } from './conformance.ts'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'

const plain = { name: 'diamond', group: 'edges', description: 'Two steps read one, and one reads both' }
const report = {
  target: 'docker',
  version: '0.1.0',
  startedAt: '2026-11-26T12:00:00.000Z',
  finishedAt: '2026-11-26T12:03:20.000Z',
  passed: 1,
  failed: 0,
  skipped: 0,
  cases: [
    { ...plain, status: 'passed', seconds: 1.2, reason: null, keys: 'c0ffee', finishedAt: '2026-11-26T12:00:02.000Z' },
  ],
}

/** The suite that every target must pass. */
export const conformanceRoutes = {
  showConformance: {
    method: 'GET',
    path: `${API_PREFIX}/conformance`,
    summary: 'Cases that every target must pass, the latest report of each target, and what goes on',
    auth: 'token',
    response: ConformanceView,
    example: { output: { cases: [{ ...plain, needs: [] }], reports: [report], running: [] } },
  },
  runConformance: {
    method: 'POST',
    path: `${API_PREFIX}/conformance`,
    summary: 'Compare a target with the suite; given up when the connection is closed',
    auth: 'token',
    body: z.strictObject({
      target: z.string().min(1).max(64).describe('Where steps run, such as `process` or `docker`'),
      only: z
        .array(z.string().min(1).max(64))
        .min(1)
        .max(1000)
        .optional()
        .describe('Names of cases or groups, `*` for any text; all cases where absent'),
    }),
    response: ConformanceReport,
    progress: true,
    example: { input: { target: 'docker', only: ['cache-*'] }, output: report },
  },
} as const satisfies Record<string, Route>
