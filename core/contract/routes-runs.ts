import { z } from 'zod'
import { RUN_STATUSES } from './events.ts'
import { API_PREFIX, EventView, pipelineParameter, queryFlag, queryInteger, runParameter } from './http.ts'
import { RunGraph } from './run-graph.ts'
import { ResumeRequest, RunRequest, RunSummary, RunView } from './run.ts'
import type { Route } from './route.ts'
import { AppliedResources, RunUsage } from './usage.ts'

const params = z.strictObject({ run: runParameter })
const ID = '01kc2m3n4p5q6r7s8t9v0wxyza'
const row = {
  id: ID,
  pipeline: 'wine',
  pipelineDigest: 'a94a8fe5',
  target: 'process',
  status: 'running',
  startedAt: '2026-11-01T12:00:00.000Z',
  finishedAt: null,
}
const view = { ...row, outputs: {}, steps: [] }
const graph = {
  ...row,
  createdAt: '2026-11-01T12:00:00.000Z',
  outputs: {},
  file: '/home/ada/wine/pipeline.yaml',
  pipelineId: '0f1e2d3c4b5a6978',
  parameters: { depth: 4 },
  parallelism: 2,
  cache: true,
  resumes: null,
  only: null,
  schedule: null,
  seq: 3,
  cancelling: false,
  draining: false,
  notice: null,
  environments: [],
  steps: [
    {
      name: 'train',
      kind: 'command',
      needs: ['prepare'],
      isFanOut: true,
      hasCondition: false,
      status: 'running',
      attempts: 2,
      total: 3,
      counts: { succeeded: 1, failed: 0, skipped: 0, cached: 0, cancelled: 0, lost: 0 },
      active: [{ item: 1, attempt: 1, since: 1_793_534_400_000, phase: 'running' }],
      startedAt: 1_793_534_400_000,
      finishedAt: null,
      reason: null,
    },
  ],
}

const usage = {
  run: ID,
  file: graph.file,
  isOver: true,
  wallMs: 12_400,
  queueMs: 0,
  startMs: 310,
  runMs: 11_900,
  collectMs: 40,
  overheadMs: 420,
  cpuSeconds: 6.1,
  cost: { amount: 0.0004, currency: 'EUR' },
  energyWh: 0.02,
  priceWords: 'by prices.yaml, for what steps ask for while their commands run',
  steps: [
    {
      name: 'train',
      attempts: 1,
      queueMs: 0,
      startMs: 310,
      runMs: 11_900,
      collectMs: 40,
      overheadMs: 350,
      cpuAsked: 2,
      cpuUsed: { p50: 0.5, p95: 0.54 },
      memoryAsked: 2_147_483_648,
      memoryPeak: 290_000_000,
      cost: { amount: 0.0004, currency: 'EUR' },
      energyWh: 0.02,
      proposal: {
        cpu: 0.6,
        memory: '384Mi',
        because: 'it had at most 290.0 MB of memory in one attempt; 95 % of the time it used at most 0.54 cores',
      },
    },
  ],
}

/** Runs as a whole. */
export const runRoutes = {
  startRun: {
    method: 'POST',
    path: `${API_PREFIX}/runs`,
    summary: 'Start a run of a pipeline; it goes on when the connection is closed after it has begun',
    auth: 'token',
    body: RunRequest,
    response: RunView,
    progress: true,
    status: 201,
    example: { input: { file: '/home/ada/wine/pipeline.yaml', parameters: { depth: 4 } }, output: view },
  },
  listRuns: {
    method: 'GET',
    path: `${API_PREFIX}/runs`,
    summary: 'Runs, newest first; `next` is the `before` of the next page',
    auth: 'token',
    query: z.strictObject({
      limit: queryInteger(1, 1000).default(50),
      before: runParameter.optional(),
      pipeline: z.string().max(40).optional(),
      /** A beginning of ids, or a part of names of pipelines. */
      search: z.string().max(64).optional(),
      /** Only runs that were started from this file: an id of a pipeline. */
      file: pipelineParameter.optional(),
      status: z.enum(RUN_STATUSES).optional(),
    }),
    response: z.object({ runs: z.array(RunSummary), next: z.string().nullable() }),
    example: { input: { limit: 20 }, output: { runs: [{ ...row, createdAt: row.startedAt }], next: null } },
  },
  showRun: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}`,
    summary: 'A run with its steps',
    auth: 'token',
    params,
    response: RunView,
    example: { input: { run: ID }, output: view },
  },
  showGraph: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/graph`,
    summary: 'A run with each fan-out folded into one step, and the number of the last event that is in it',
    auth: 'token',
    params,
    response: RunGraph,
    example: { input: { run: ID }, output: graph },
  },
  cancelRun: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/cancel`,
    summary: 'Ask a run to end; it is over when everything it started is gone',
    auth: 'token',
    params,
    query: z.strictObject({
      /** Waits no longer for a cluster: the run is over here at once, what is left there ends when it is heard again. */
      force: queryFlag,
    }),
    example: { input: { run: ID } },
  },
  resumeRun: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/resume`,
    summary: 'Start a new run that takes over what succeeded in a failed or cancelled one',
    auth: 'token',
    params,
    body: ResumeRequest,
    response: RunView,
    progress: true,
    status: 201,
    example: { input: { run: ID, withCode: false }, output: view },
  },
  showRunUsage: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/usage`,
    summary: 'Where the time of a run went, what its steps used of what they asked for, and better requests',
    auth: 'token',
    params,
    response: RunUsage,
    example: { input: { run: ID }, output: usage },
  },
  applyRunUsage: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/usage/apply`,
    summary: 'Write the better requests of steps, of all where none is named, into the document of the run',
    auth: 'token',
    params,
    body: z.strictObject({ steps: z.array(z.string().max(40)).max(1000).optional() }),
    response: AppliedResources,
    example: {
      input: { run: ID, steps: ['train'] },
      output: { file: graph.file, changed: [{ step: 'train', cpu: 0.6, memory: '384Mi' }] },
    },
  },
  listEvents: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/events`,
    summary: 'Events of a run from a sequence number on; `next` is the `from` of the next page',
    auth: 'token',
    params,
    query: z.strictObject({
      from: queryInteger(1, Number.MAX_SAFE_INTEGER).default(1),
      limit: queryInteger(1, 5000).default(1000),
    }),
    response: z.object({ events: z.array(EventView), next: z.int() }),
    example: {
      input: { run: ID, from: 1, limit: 100 },
      output: { events: [{ seq: 1, at: 1_793_534_400_000, kind: 'run.started' }], next: 2 },
    },
  },
} as const satisfies Record<string, Route>
