import type { Act, Case, Spec } from '#core/conformance/case.ts'
import { put, sh } from './steps.ts'

const group = 'control'
const WAITS = 'echo ready; sleep 90 & wait'

/** A step that fails or waits because of its code, below one that succeeds. */
const TWO: Spec = {
  steps: {
    first: {
      command: ['sh', 'first.sh'],
      files: ['first.sh'],
      cache: false,
      outputs: { n: { type: 'integer' } },
    },
    second: { command: ['sh', 'second.sh', '${{ steps.first.outputs.n }}'], files: ['second.sh'] },
  },
}
const FIRST = { 'first.sh': `${put('n', '1')}\n` }
const FIRST_RAN = 'first succeeded: #1 > started > succeeded 0 n=1'
const FAILED = 'second failed: #1 > started > failed 5 command_failed (exit code 5)'
const REPAIR: Act = { act: 'change', files: { 'second.sh': 'echo "got $1"\n' } }
const AFTER_REPAIR = {
  status: 'succeeded',
  trace: ['first cached: taken over from <run 1> n=1', 'second succeeded: #1 > started > succeeded 0'],
  logs: { second: { stdout: ['got 1'] } },
} as const

/** Cancelling and resuming. */
export const controlCases: readonly Case[] = [
  {
    name: 'cancel-running',
    group,
    description: 'A step that runs when the run is cancelled is asked to stop, and nothing below it begins',
    spec: {
      steps: {
        long: sh('trap "echo stopped; exit 7" TERM; echo ready; sleep 90 & wait'),
        below: sh('exit 0', { needs: ['long'] }),
        always: sh('exit 0', { needs: { long: 'finished' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        cancelWhen: { step: 'long', says: 'ready' },
        expected: {
          status: 'cancelled',
          trace: [
            'long cancelled: #1 > started > stopping (cancel) > cancelled 7 (the run was cancelled)',
            'below cancelled',
            'always cancelled',
          ],
          logs: { long: { stdout: ['ready', 'stopped'] } },
        },
      },
    ],
  },
  {
    name: 'cancel-waiting',
    group,
    description: 'Steps and items that wait for their turn when the run is cancelled never begin',
    spec: {
      steps: {
        done: sh('exit 0'),
        items: sh(WAITS, { needs: ['done'], forEach: { i: [0, 1, 2] } }),
        waits: sh('exit 0', { needs: ['done'] }),
        clean: sh('exit 0', { needs: { items: 'failed' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        parallelism: 1,
        cancelWhen: { step: 'items[0]', says: 'ready' },
        expected: {
          status: 'cancelled',
          trace: [
            'done succeeded: #1 > started > succeeded 0',
            'items cancelled: expanded [{"i":0},{"i":1},{"i":2}]',
            'items[0] cancelled: #1 > started > stopping (cancel) > cancelled 143 SIGTERM (the run was cancelled)',
            'items[1] cancelled',
            'items[2] cancelled',
            'waits cancelled',
            'clean cancelled',
          ],
        },
      },
    ],
  },
  {
    name: 'resume-without-code',
    group,
    description: 'A resumed run takes over what succeeded and runs the rest on the code that the run had',
    spec: TWO,
    files: { ...FIRST, 'second.sh': 'exit 5\n' },
    scenario: [
      { act: 'run', expected: { status: 'failed', trace: [FIRST_RAN, FAILED] } },
      REPAIR,
      {
        act: 'resume',
        withCode: false,
        expected: { status: 'failed', trace: ['first cached: taken over from <run 1> n=1', FAILED] },
      },
    ],
  },
  {
    name: 'resume-with-code',
    group,
    description: "A run that is resumed with today's code runs the steps again whose code changed, and no others",
    spec: TWO,
    files: { ...FIRST, 'second.sh': 'exit 5\n' },
    scenario: [
      { act: 'run', expected: { status: 'failed', trace: [FIRST_RAN, FAILED] } },
      REPAIR,
      { act: 'resume', withCode: true, expected: AFTER_REPAIR },
    ],
  },
  {
    name: 'resume-cancelled',
    group,
    description: 'A cancelled run can be resumed, and takes over what had succeeded, cache: false included',
    spec: TWO,
    files: { ...FIRST, 'second.sh': `${WAITS}\n` },
    scenario: [
      {
        act: 'run',
        cancelWhen: { step: 'second', says: 'ready' },
        expected: {
          status: 'cancelled',
          trace: [
            FIRST_RAN,
            'second cancelled: #1 > started > stopping (cancel) > cancelled 143 SIGTERM (the run was cancelled)',
          ],
        },
      },
      REPAIR,
      { act: 'resume', withCode: true, expected: AFTER_REPAIR },
    ],
  },
]
