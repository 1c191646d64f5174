import { z } from 'zod'
import { STEP_STATUSES } from './events.ts'
import { StepFailure } from './failures.ts'
import {
  API_PREFIX,
  ArtifactFileView,
  itemQuery,
  outputParameter,
  queryFlag,
  queryInteger,
  runParameter,
  stepParameter,
} from './http.ts'
import { ItemPage } from './run-graph.ts'
import { ArtifactRow, LogPageView, PodView, StepDetail, UsageView } from './run.ts'
import type { Route } from './route.ts'

const run = z.strictObject({ run: runParameter })
const step = run.extend({ step: stepParameter })
const output = step.extend({ output: outputParameter })
const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'
const SHA = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const detail = {
  view: {
    name: 'train',
    item: { index: 0, values: { depth: 2 } },
    status: 'succeeded',
    attempts: 1,
    stepKey: SHA,
    startedAt: '2026-11-01T12:00:00.000Z',
    finishedAt: '2026-11-01T12:00:01.000Z',
    exitCode: 0,
    reason: null,
    outputs: { accuracy: 0.97 },
  },
  command: ['python', 'train.py'],
  env: {},
  secrets: [],
  resources: { cpu: 1, memoryBytes: 1_073_741_824 },
  network: true,
  timeoutSeconds: null,
  retryLimit: 0,
  attempts: [
    {
      attempt: 1,
      status: 'succeeded',
      startedAt: '2026-11-01T12:00:00.000Z',
      finishedAt: '2026-11-01T12:00:01.000Z',
      exitCode: 0,
      signal: null,
      reason: null,
      cpuSeconds: 0.8,
      peakMemoryBytes: 120_000_000,
      inputBytes: 1_204,
      outputBytes: 88_112,
    },
  ],
  environment: { name: 'python', digest: 'c0ffee', kind: 'python' as const },
  cache: { hit: false, reason: 'nothing like it ran before', differences: [] },
  notEnforced: ['memory'],
  cpuSeconds: 0.8,
  peakMemoryBytes: 120_000_000,
  inputBytes: 1_204,
  outputBytes: 88_112,
}

/** What the steps of a run left: details, logs, artifacts. */
export const resultRoutes = {
  showStep: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}`,
    summary: 'One step run in full, with why it was or was not taken from the cache',
    auth: 'token',
    params: step,
    query: z.strictObject({ item: itemQuery }),
    response: StepDetail,
    example: { input: { run: RUN, step: 'train', item: 0 }, output: detail },
  },
  explainStep: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/failure`,
    summary: 'Why an attempt failed or waits, with what to do about it; of the latest where none is named',
    auth: 'token',
    params: step,
    query: z.strictObject({ item: itemQuery, attempt: queryInteger(1, 1_000_000).optional() }),
    response: StepFailure,
    example: {
      input: { run: RUN, step: 'train', item: 0 },
      output: {
        attempt: 1,
        explanation: {
          id: 'module-missing',
          sentence: 'The environment of the step has no module sklearn.',
          cause:
            'It is imported by train.py, line 3, and no package of the environment brings it; what is installed on a laptop is not in it.',
          fix: 'Add scikit-learn to the packages of the environment, then run again.',
          logLine: 12,
          quote: "ModuleNotFoundError: No module named 'sklearn'",
        },
      },
    },
  },
  listItems: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/items`,
    summary: 'Items of a fan-out in their order, a page at a time',
    auth: 'token',
    params: step,
    query: z.strictObject({
      from: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0),
      limit: queryInteger(1, 1000).default(200),
      status: z.enum(STEP_STATUSES).optional(),
    }),
    response: ItemPage,
    example: { input: { run: RUN, step: 'train', limit: 10 }, output: { items: [detail.view], total: 1 } },
  },
  readLog: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/log`,
    summary: 'A piece of a log; with `follow` the answer waits up to 20 seconds for something to say',
    auth: 'token',
    params: step,
    query: z.strictObject({
      item: itemQuery,
      attempt: queryInteger(1, 1_000_000).optional(),
      // A negative number counts bytes from the end, for the last lines of a long log.
      from: queryInteger(-1_048_576, Number.MAX_SAFE_INTEGER).default(0),
      maxBytes: queryInteger(1, 1_048_576).default(262_144),
      follow: queryFlag,
    }),
    response: LogPageView,
    example: {
      input: { run: RUN, step: 'train', item: 0, from: 0, follow: true },
      output: {
        lines: [{ time: '2026-11-01T12:00:00.500Z', stream: 'stdout', late: false, text: 'depth 2' }],
        next: 8,
        end: false,
        attempt: 1,
      },
    },
  },
  readUsage: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/usage`,
    summary: 'Processor time and memory of an attempt over time; of the latest where none is named',
    auth: 'token',
    params: step,
    query: z.strictObject({ item: itemQuery, attempt: queryInteger(1, 1_000_000).optional() }),
    response: UsageView,
    example: {
      input: { run: RUN, step: 'train', item: 0 },
      output: { samples: [{ time: '2026-11-01T12:00:01.000Z', cpuSeconds: 0.8, memoryBytes: 120_000_000 }] },
    },
  },
  showPod: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/pod`,
    summary: 'The pod of an attempt on a cluster with its events, null where the cluster has it no more',
    auth: 'token',
    params: step,
    query: z.strictObject({ item: itemQuery, attempt: queryInteger(1, 1_000_000).optional() }),
    response: z.object({ pod: PodView.nullable() }),
    example: {
      input: { run: RUN, step: 'train', item: 0 },
      output: {
        pod: {
          name: `${RUN}-s-train-1321277341`,
          namespace: 'ml',
          node: null,
          phase: 'Pending',
          startedAt: null,
          containers: [],
          events: [
            {
              time: '2026-11-01T12:00:01.000Z',
              type: 'Warning',
              reason: 'FailedScheduling',
              message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
              count: 4,
            },
          ],
        },
      },
    },
  },
  pullRun: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/pull`,
    summary: 'Take to this machine what a run on a cluster has left in its bucket, all of it or that of one step',
    auth: 'token',
    params: run,
    body: z.strictObject({ step: stepParameter.optional() }),
    response: z.object({ bytes: z.number() }),
    progress: true,
    example: { input: { run: RUN, step: 'train' }, output: { bytes: 88_112 } },
  },
  listArtifacts: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/artifacts`,
    summary: 'The outputs that a run left',
    auth: 'token',
    params: run,
    response: z.object({ artifacts: z.array(ArtifactRow) }),
    example: {
      input: { run: RUN },
      output: {
        artifacts: [
          {
            step: 'choose',
            item: null,
            output: 'best',
            type: 'file',
            key: `runs/${RUN}/choose/best`,
            size: 0,
            sha256: SHA,
          },
        ],
      },
    },
  },
  listArtifactFiles: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/outputs/{output}`,
    summary: 'The files of one output: all of a folder, one with an empty path for a file or a value',
    auth: 'token',
    params: output,
    query: z.strictObject({ item: itemQuery }),
    response: z.object({ files: z.array(ArtifactFileView) }),
    example: {
      input: { run: RUN, step: 'choose', output: 'best' },
      output: { files: [{ path: '', size: 0, sha256: SHA, executable: false }] },
    },
  },
  readArtifact: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/outputs/{output}/content`,
    summary: 'The bytes of one file of an output, in whole or by range; `path` is one of its listing',
    auth: 'token',
    params: output,
    query: z.strictObject({ item: itemQuery, path: z.string().max(4096).default('') }),
    bytes: true,
    example: { input: { run: RUN, step: 'choose', output: 'best' } },
  },
} as const satisfies Record<string, Route>
