import { expect, test } from 'vitest'
import type { Plan, PlanCheck, PlanStep } from '#core/contract/plan.ts'
import { verdictOf } from './verdict.ts'

const check = (status: PlanCheck['status'], step: string | null = null, id = 'quota'): PlanCheck => ({
  id,
  title: 'Quota',
  step,
  status,
  found: 'the quota has no room',
  fix: 'have it raised',
  seconds: 0.1,
})
const step = (name: string, decision: PlanStep['decision']): PlanStep => ({
  name,
  decision,
  because: null,
  pods: 1,
  requests: { cpu: null, memory: null, gpu: null },
  image: 'python',
  nodes: { fits: null, count: null, why: null },
  limits: [],
  seconds: null,
  overheadSeconds: null,
})
const finding: Plan['portability'][number] = {
  kind: 'host_path',
  file: 'train.py',
  line: 3,
  text: '/home/ada/data.csv',
  steps: ['train'],
  found: 'a path of this machine',
  fix: 'make it an input',
}
const steps = [step('prep', 'cached'), step('report', 'skipped'), step('train', 'runs')]

test.for<[string, Partial<Plan>, Pick<Plan, 'verdict' | 'words'>]>([
  ['nothing is wrong', { checks: [check('passed')] }, { verdict: 'go', words: 'go' }],
  ['a warning', { checks: [check('warning', 'train')] }, { verdict: 'warnings', words: 'go, with 1 warning' }],
  [
    'code that is tied to this machine is a warning too',
    { checks: [check('warning')], portability: [finding] },
    { verdict: 'warnings', words: 'go, with 2 warnings' },
  ],
  [
    'what could not be looked at is said',
    { checks: [check('skipped'), check('passed')] },
    { verdict: 'warnings', words: 'go, 1 check was not possible' },
  ],
  ['a fault of all', { checks: [check('failed')] }, { verdict: 'no', words: 'no: the quota has no room' }],
  [
    'faults of steps that would run, the first by name',
    { checks: [check('warning'), check('failed', 'train'), check('failed', 'train')] },
    { verdict: 'no', words: 'no: train: the quota has no room, and 1 more' },
  ],
  [
    'steps that are cached or skipped need no node',
    { checks: [check('failed', 'prep', 'nodes'), check('failed', 'report', 'nodes')] },
    { verdict: 'warnings', words: 'go, with 2 warnings' },
  ],
  [
    'a push brings steps that are cached too',
    { checks: [check('failed', 'prep', 'image')] },
    { verdict: 'no', words: 'no: prep: the quota has no room' },
  ],
  [
    'a step that runs needs a node',
    { checks: [check('failed', 'train', 'nodes')] },
    { verdict: 'no', words: 'no: train: the quota has no room' },
  ],
])('%s', ([, judged, verdict]) => {
  expect(verdictOf({ checks: [], portability: [], steps, ...judged })).toEqual(verdict)
})
