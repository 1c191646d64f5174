import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'
import { CodeDifference, ComparisonView } from './tracking-compare.ts'
import { ChartRequest, ChartSeries, TrackedFile, TrackedRunPage, TrackedRunSearch, TrackedRunView } from './tracking.ts'

const ID = '0123456789abcdef0123456789abcdef'
const row = {
  id: ID,
  experiment: '1',
  name: 'gentle-otter-7',
  user: 'ada',
  status: 'FINISHED',
  stage: 'active',
  startedAt: '2026-11-01T12:00:00.000Z',
  finishedAt: '2026-11-01T12:01:00.000Z',
  parent: null,
  pipelineRun: null,
  step: null,
  metrics: { 'loss@min': 0.25 },
  params: { depth: '4' },
  tags: {},
}
const runView = {
  ...row,
  experimentName: 'wine',
  parentName: null,
  metrics: [{ key: 'loss', last: 0.5, step: 9, time: 1_793_534_400_000, count: 10, min: 0.25, max: 1, mean: 0.6 }],
  datasets: [],
  models: [],
  versions: [],
  children: 0,
  artifactUri: `mlflow-artifacts:/1/${ID}/artifacts`,
}
const runId = z.string().regex(/^[0-9a-f]{32}$/, { error: 'an id of a tracked run is 32 hexadecimal digits' })
const run = z.strictObject({ run: runId })
const runs = z.strictObject({ runs: z.array(runId).min(1).max(10_000) })
const path = z.string().max(4_000)

/** Runs that were tracked: by programs with MLflow's client, and by pipelines. */
export const trackedRunRoutes = {
  searchTrackedRuns: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/runs/search`,
    summary: 'Tracked runs that fit a filter, with the columns that are asked for, a page at a time',
    auth: 'token',
    body: TrackedRunSearch,
    response: TrackedRunPage,
    example: {
      input: {
        experiments: ['1'],
        filter: 'metrics.loss@min < 0.3',
        columns: { metrics: ['loss@min'], params: ['depth'] },
        count: true,
      },
      output: { runs: [row], next: null, total: 1 },
    },
  },
  showTrackedRun: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/runs/{run}`,
    summary: 'One tracked run in full',
    auth: 'token',
    params: run,
    response: TrackedRunView,
    example: { input: { run: ID }, output: runView },
  },
  updateTrackedRun: {
    method: 'PUT',
    path: `${API_PREFIX}/tracking/runs/{run}`,
    summary: 'Rename a tracked run, or set its tags; a tag that is null goes',
    auth: 'token',
    params: run,
    body: z.strictObject({
      name: z.string().min(1).optional(),
      tags: z.record(z.string(), z.string().nullable()).default({}),
    }),
    response: TrackedRunView,
    example: { input: { run: ID, tags: { note: 'the best so far' } }, output: runView },
  },
  deleteTrackedRuns: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/runs/delete`,
    summary: 'Put tracked runs into the trash: all of them, or none where one cannot go',
    auth: 'token',
    body: runs,
    example: { input: { runs: [ID] } },
  },
  restoreTrackedRuns: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/runs/restore`,
    summary: 'Take tracked runs out of the trash: all of them, or none where one cannot come',
    auth: 'token',
    body: runs,
    example: { input: { runs: [ID] } },
  },
  readCharts: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/charts`,
    summary: 'Series of metrics for a chart, folded so that no spike is lost; exact where there is room',
    auth: 'token',
    body: ChartRequest,
    response: z.object({ series: z.array(ChartSeries) }),
    example: {
      input: { series: [{ run: ID, key: 'loss' }], most: 500 },
      output: {
        series: [
          {
            run: ID,
            key: 'loss',
            firstStep: [0],
            lastStep: [0],
            firstTime: [1_793_534_400_000],
            lastTime: [1_793_534_400_000],
            count: [1],
            min: [1],
            max: [1],
            last: [1],
          },
        ],
      },
    },
  },
  listTrackedFiles: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/runs/{run}/files`,
    summary: 'Files and folders of a tracked run, of one folder',
    auth: 'token',
    params: run,
    query: z.strictObject({ path: path.default('') }),
    response: z.object({ files: z.array(TrackedFile) }),
    example: {
      input: { run: ID, path: 'plots' },
      output: { files: [{ path: 'plots/loss.png', isFolder: false, size: 12_004 }] },
    },
  },
  readTrackedFile: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/runs/{run}/file`,
    summary: 'The bytes of a file of a tracked run',
    auth: 'token',
    params: run,
    query: z.strictObject({ path }),
    bytes: true,
    example: { input: { run: ID, path: 'plots/loss.png' } },
  },
  compareTrackedRuns: {
    method: 'POST',
    path: `${API_PREFIX}/tracking/compare`,
    summary: 'How runs differ: parameters, metrics, environments, code, data',
    auth: 'token',
    body: z.strictObject({ runs: z.array(runId).min(1).max(20) }),
    response: ComparisonView,
    example: {
      input: { runs: [ID] },
      output: {
        runs: [row],
        params: [{ key: 'depth', values: ['4'], differs: false }],
        metrics: [{ key: 'loss', values: [{ last: 0.5, min: 0.25, max: 1 }], differs: false }],
        tags: [],
        environments: { sources: [null], packages: [] },
        code: { sources: [null], files: [] },
        data: [],
      },
    },
  },
  compareCode: {
    method: 'GET',
    path: `${API_PREFIX}/tracking/compare/code`,
    summary: 'A file of the code of two tracked runs of pipelines, as texts',
    auth: 'token',
    query: z.strictObject({ left: runId, right: runId, path }),
    response: CodeDifference,
    example: {
      input: { left: ID, right: ID, path: 'train.py' },
      output: {
        path: 'train.py',
        left: 'print(1)\n',
        right: 'print(2)\n',
        leftReason: null,
        rightReason: null,
      },
    },
  },
} as const satisfies Record<string, Route>
