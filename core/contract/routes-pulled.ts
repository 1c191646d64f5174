import { z } from 'zod'
import { API_PREFIX, itemQuery, queryInteger, runParameter, stepParameter } from './http.ts'
import {
  AppliedCode,
  PulledChanges,
  PulledCodeRequest,
  PulledStep,
  PullStepRequest,
  RerunReport,
  RerunStart,
  RerunStepRequest,
} from './pulled-step.ts'
import type { Route } from './route.ts'

const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'
const AGAIN = '01kc2m9z8y7x6w5v4t3s2r1q0p'
const SHA = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const IMAGE = `sha256:${SHA}`
const FOLDER = `/home/ada/.mini-submarine/pulled/${RUN}/train-0-1`
const run = z.strictObject({ run: runParameter })
const step = run.extend({ step: stepParameter })
const named = { run: RUN, step: 'train', item: 0 }

const end = {
  outcome: 'failed' as const,
  exitCode: 1,
  signal: null,
  reason: 'exit code 1',
  lastLine: 'ValueError: depth is 0',
}
const pulled = {
  folder: FOLDER,
  isNew: true,
  facts: {
    run: RUN,
    pipeline: 'wine',
    pipelineDigest: 'a94a8fe5',
    target: 'lab',
    step: 'train',
    item: { index: 0, values: { depth: 0 } },
    attempt: 1,
    end,
    stepKey: SHA,
    code: 'c0de',
    command: ['python', 'train.py', '--depth', '0'],
    env: {},
    secrets: { TOKEN: 'registry/token' },
    environment: { name: 'python', digest: 'c0ffee', kind: 'python', packages: ['scikit-learn==1.5.2'] },
    image: { reference: `registry.example/ada/wine@${IMAGE}`, digest: IMAGE, platform: 'linux/amd64' },
    resources: { cpu: 1 },
    network: true,
    timeoutSeconds: null,
    inputs: [
      {
        name: 'train',
        from: 'steps.prepare.outputs.train',
        kind: 'file' as const,
        files: 1,
        bytes: 9_204,
        sha256: SHA,
      },
    ],
  },
  notes: [],
  shell: {
    on: 'docker' as const,
    image: { id: IMAGE, user: '' },
    command: ['python', 'train.py', '--depth', '0'],
    env: { MINISUB_OUTPUTS: '/mini-submarine/outputs' },
  },
}
const begun = {
  id: AGAIN,
  pipeline: 'wine',
  pipelineDigest: 'a94a8fe5',
  target: 'docker',
  status: 'running' as const,
  startedAt: '2026-11-01T12:00:00.000Z',
  finishedAt: null,
  outputs: {},
  steps: [],
}
const changes = [{ path: 'train.py', change: 'changed' as const }]

/** Steps of runs that are brought to this machine, and done again there. */
export const pulledRoutes = {
  pullStep: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/pull`,
    summary: 'Bring an attempt of a step to a folder of this machine: code, inputs, log and all that it ran with',
    auth: 'token',
    params: step,
    body: PullStepRequest,
    response: PulledStep,
    progress: true,
    example: { input: { ...named, shell: 'docker' }, output: pulled },
  },
  showPulledChanges: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/pull/changes`,
    summary: 'Files of the code of a pulled step that are not as they were in the run',
    auth: 'token',
    params: step,
    query: z.strictObject({
      item: itemQuery,
      attempt: queryInteger(1, 1_000_000).optional(),
      into: z.string().min(1).max(4096).optional(),
    }),
    response: PulledChanges,
    example: { input: named, output: { folder: FOLDER, changes } },
  },
  applyPulledChanges: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/pull/apply`,
    summary: 'Copy those files to the code folder of the pipeline, where each must be as it was in the run',
    auth: 'token',
    params: step,
    body: PulledCodeRequest,
    response: AppliedCode,
    example: { input: named, output: { folder: '/home/ada/wine', applied: changes, run: RUN } },
  },
  rerunStep: {
    method: 'POST',
    path: `${API_PREFIX}/runs/{run}/steps/{step}/rerun`,
    summary: 'Do an attempt of a step again on this machine, as a run that plays this step alone',
    auth: 'token',
    params: step,
    body: RerunStepRequest,
    response: RerunStart,
    progress: true,
    status: 201,
    example: { input: { ...named, target: 'docker' }, output: { run: begun, notes: [] } },
  },
  showRerun: {
    method: 'GET',
    path: `${API_PREFIX}/runs/{run}/rerun`,
    summary: 'How a step that was done again compares with the attempt that it repeats',
    auth: 'token',
    params: run,
    response: RerunReport,
    example: {
      input: { run: AGAIN },
      output: {
        run: AGAIN,
        target: 'docker',
        of: { run: RUN, target: 'lab', attempt: 1 },
        step: 'train',
        item: 0,
        there: end,
        here: end,
        verdict: 'same',
        sentence: 'fails the same way: exit 1, ValueError: depth is 0',
        key: { there: SHA, here: SHA, isEqual: true, differs: [] },
      },
    },
  },
} as const satisfies Record<string, Route>
