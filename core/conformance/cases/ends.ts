import { constants } from 'node:os'
import type { Case } from '#core/conformance/case.ts'
import { file, folder, put, py, sh } from './steps.ts'

const group = 'ends'
/** Those that mean something to shells, engines and people; the step runner's own test has all 256. */
const CODES = [
  0, 1, 2, 3, 42, 64, 77, 78, 100, 124, 125, 126, 127, 128, 129, 130, 134, 137, 139, 143, 159, 160, 192, 193, 254, 255,
]
/** A shell reports the death by signal n as 128 + n, so an exit code may look like one. */
const signals = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number + 128, name]),
)
const SIGNALS = { SIGHUP: 1, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/** How an attempt may end, and what follows. */
export const endCases: readonly Case[] = [
  {
    name: 'exit-codes',
    group,
    description: 'An exit code is reported as it was, be it one that shells use for signals or the largest',
    spec: { steps: { code: sh('exit "$1"', { args: ['${{ each.c }}'], forEach: { c: CODES } }) } },
    slow: true,
    scenario: [
      {
        act: 'run',
        parallelism: 8,
        expected: {
          status: 'failed',
          trace: [
            `code failed: expanded [${CODES.map((c) => `{"c":${c}}`).join(',')}] > finished failed`,
            'code[0] succeeded: #1 > started > succeeded 0',
            ...CODES.map((c, i) => `code[${i}] failed: #1 > started > ${endOf(c)}`).slice(1),
          ],
        },
      },
    ],
  },
  {
    name: 'death-by-signal',
    group,
    description: 'A command that is killed by a signal fails with the name of the signal',
    spec: {
      steps: { die: sh('kill -"$1" $$; sleep 5', { args: ['${{ each.n }}'], forEach: { n: Object.values(SIGNALS) } }) },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            `die failed: expanded [${Object.values(SIGNALS)
              .map((n) => `{"n":${n}}`)
              .join(',')}] > finished failed`,
            ...Object.entries(SIGNALS).map(
              ([name, n], i) =>
                `die[${i}] failed: #1 > started > failed ${128 + n} ${name} command_failed (ended by ${name} (exit code ${128 + n}))`,
            ),
          ],
        },
      },
    ],
  },
  {
    name: 'out-of-memory',
    group,
    description: 'A command that needs more memory than its limit is killed, and the reason says so',
    needs: ['memory'],
    spec: {
      steps: {
        greedy: py('held = [b"x" * (8 << 20) for _ in range(64)]', { resources: { memory: '64Mi' } }),
        modest: py('held = [b"x" * (8 << 20) for _ in range(2)]', { resources: { memory: '64Mi' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'greedy failed: #1 > started > failed 137 SIGKILL command_failed (ran out of memory: raise resources.memory or use less)',
            'modest succeeded: #1 > started > succeeded 0',
          ],
        },
      },
    ],
  },
  {
    name: 'command-not-found',
    group,
    description: 'A program that is not there fails the step before anything begins',
    spec: { steps: { none: { command: ['no-such-program-here', 'x'] } } },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'none failed: #1 > failed command_not_found ("no-such-program-here" is in no folder of PATH: install it, or write the path of the program)',
          ],
        },
      },
    ],
  },
  {
    name: 'retry-then-success',
    group,
    description:
      'A step that fails twice and then succeeds has succeeded; each attempt has folders and a log of its own',
    spec: {
      steps: {
        flaky: sh(
          'echo "try $MINISUB_ATTEMPT"; ls -A | wc -l | tr -d " "; touch left; mkdir "$MINISUB_OUTPUTS/d"; printf x > "$MINISUB_OUTPUTS/d/$MINISUB_ATTEMPT"; test "$MINISUB_ATTEMPT" = 3',
          { retry: { limit: 4 }, outputs: { d: { type: 'folder' } } },
        ),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            [
              'flaky succeeded: #1 > started > failed 1 command_failed (exit code 1), again',
              '#2 (another attempt after a failure) > started > failed 1 command_failed (exit code 1), again',
              `#3 (another attempt after a failure) > started > succeeded 0 d=${folder({ 3: 'x' })}`,
            ].join(' > '),
          ],
          logs: {
            'flaky#1': { stdout: ['try 1', '1'] },
            'flaky#2': { stdout: ['try 2', '1'] },
            flaky: { stdout: ['try 3', '1'] },
          },
        },
      },
    ],
  },
  {
    name: 'retry-exhausted',
    group,
    description: 'A step that fails once more than its limit has failed, and what it left is not read',
    spec: {
      steps: {
        flaky: sh(`${put('n', '1')}; exit 4`, { retry: { limit: 1 }, outputs: { n: { type: 'integer' } } }),
        below: sh('exit 0', { args: ['${{ steps.flaky.outputs.n }}'] }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'flaky failed: #1 > started > failed 4 command_failed (exit code 4), again > #2 (another attempt after a failure) > started > failed 4 command_failed (exit code 4)',
            'below skipped: skipped (reads an output of flaky, which was failed)',
          ],
        },
      },
    ],
  },
  {
    name: 'timeout-obeyed',
    group,
    description: 'A step that runs out of time is asked to stop, and fails even if it then ends with 0',
    spec: {
      steps: {
        late: sh('trap "echo bye; exit 0" TERM; sleep 60 & wait', { timeout: '1s', outputs: { f: { type: 'file' } } }),
        below: sh('exit 0', { needs: { late: 'failed' } }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'late failed: #1 > started > stopping (timeout) > failed 0 step_timeout (ran longer than its timeout of 1.00 s: raise the timeout or make the step quicker)',
            'below succeeded: #1 > started > succeeded 0',
          ],
          logs: { late: { stdout: ['bye'] } },
        },
      },
    ],
  },
  {
    name: 'timeout-ignored',
    group,
    description:
      'A step that runs out of time and ignores SIGTERM, as its child does, is killed after the grace period',
    spec: { steps: { deaf: sh('trap "" TERM; sleep 90 & wait; sleep 90', { timeout: '1s' }) } },
    slow: true,
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'deaf failed: #1 > started > stopping (timeout) > failed 137 SIGKILL step_timeout (ran longer than its timeout of 1.00 s: raise the timeout or make the step quicker)',
          ],
        },
      },
    ],
  },
  {
    name: 'timeout-child-ignores',
    group,
    description:
      'A step that ends when it is asked to, while its child ignores SIGTERM, fails, and the child is killed',
    spec: { steps: { half: sh('(trap "" TERM; sleep 90) & wait', { timeout: '1s' }) } },
    slow: true,
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'failed',
          trace: [
            'half failed: #1 > started > stopping (timeout) > failed 143 SIGTERM step_timeout (ran longer than its timeout of 1.00 s: raise the timeout or make the step quicker)',
          ],
        },
      },
    ],
  },
  {
    name: 'timeout-retried',
    group,
    description: 'A step that runs out of time has another attempt, and the time of each counts from its start',
    spec: {
      steps: {
        late: sh(`test "$MINISUB_ATTEMPT" = 2 || sleep 60; ${put('f', 'in time')}`, {
          timeout: '10s',
          retry: { limit: 1 },
          outputs: { f: { type: 'file' } },
        }),
      },
    },
    scenario: [
      {
        act: 'run',
        expected: {
          status: 'succeeded',
          trace: [
            [
              'late succeeded: #1 > started > stopping (timeout) > failed 143 SIGTERM step_timeout (ran longer than its timeout of 10.0 s: raise the timeout or make the step quicker), again',
              `#2 (another attempt after a failure) > started > succeeded 0 f=${file('in time')}`,
            ].join(' > '),
          ],
        },
      },
    ],
  },
]

function endOf(code: number): string {
  const signal = signals.get(code)
  if (signal === undefined) return `failed ${code} command_failed (exit code ${code})`
  return `failed ${code} ${signal} command_failed (ended by ${signal} (exit code ${code}))`
}
