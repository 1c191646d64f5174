import { z } from 'zod'
import { API_PREFIX, runParameter } from './http.ts'
import { ParityCertificate, ParityKey } from './parity.ts'
import { RunSummary } from './run.ts'
import type { Route } from './route.ts'

const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'
const OTHER = '01kc2m9z8y7x6w5v4t3s2r1q0p'
const AT = '2026-11-01T12:00:00.000Z'
const KEY = { publicKey: '3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=', keyId: '9f86d081884c7d65' }

const row = {
  id: OTHER,
  pipeline: 'wine',
  pipelineDigest: 'a94a8fe5',
  target: 'process',
  status: 'succeeded' as const,
  startedAt: AT,
  finishedAt: AT,
}
const side = {
  pipeline: 'wine',
  pipelineDigest: 'a94a8fe5',
  status: 'succeeded' as const,
  createdAt: AT,
  startedAt: AT,
  finishedAt: AT,
  parameters: { depth: '4' },
  lock: { python: 'c0ffee' },
  code: 'c0de',
  inputs: {},
}
const report = {
  verdict: 'same' as const,
  words: 'The runs are the same.',
  tolerance: 1e-9,
  aspects: [
    {
      aspect: 'target' as const,
      level: 'note' as const,
      compared: 1,
      different: 0,
      noted: 1,
      a: 'lab',
      b: 'process',
      words: 'differs by design',
    },
  ],
  steps: [],
  findings: [
    {
      aspect: 'target' as const,
      step: null,
      item: null,
      name: null,
      level: 'note' as const,
      a: 'lab',
      b: 'process',
      words: 'the runs played on different targets, by design',
      difference: null,
    },
  ],
  leftOut: 0,
  stepRuns: { compared: 1, computedTwice: 1 },
}

/** Whether two runs are the same, and who says so. */
export const parityRoutes = {
  listTwins: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/twins`,
    summary:
      'Runs of the same definition and parameters that are over, one for each other target, alike in status if any',
    auth: 'token',
    params: z.strictObject({ run: runParameter }),
    response: z.object({ runs: z.array(RunSummary) }),
    example: { input: { run: RUN }, output: { runs: [{ ...row, createdAt: AT }] } },
  },
  verifyRuns: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/parity/{other}`,
    summary: 'Whether two runs that are over are the same, as a certificate that this workbench signs',
    auth: 'token',
    params: z.strictObject({ run: runParameter, other: runParameter }),
    query: z.strictObject({
      /** How far metrics may be apart, as a part of the larger one. */
      tolerance: z.coerce.number<number>().min(0).max(1).default(1e-9),
    }),
    response: ParityCertificate,
    example: {
      input: { run: RUN, other: OTHER, tolerance: 1e-9 },
      output: {
        version: 1,
        kind: 'ParityCertificate',
        createdAt: AT,
        workbench: { ...KEY, version: '0.1.0' },
        a: { ...side, run: RUN, target: 'lab', kind: 'cluster' },
        b: { ...side, run: OTHER, target: 'process', kind: 'process' },
        report,
        verdict: 'same',
        signature: `${'A'.repeat(86)}==`,
      },
    },
  },
  showParityKey: {
    method: 'GET',
    path: `${API_PREFIX}/parity/key`,
    summary: 'The public key that certificates of this workbench are checked with; made when it is first asked for',
    auth: 'token',
    response: ParityKey,
    example: { output: KEY },
  },
} as const satisfies Record<string, Route>
