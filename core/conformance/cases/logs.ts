import type { Case } from '#core/conformance/case.ts'
import { py, sh } from './steps.ts'

const group = 'logs'
/** With its line end a line is 100 bytes. */
const FLOOD = 2_000_000
const LONG = 10_000_000
const OK = { status: 'succeeded', trace: ['say succeeded: #1 > started > succeeded 0'] } as const

/** What steps print. */
export const logCases: readonly Case[] = [
  {
    name: 'log-streams',
    group,
    description: 'Lines of both streams are kept with their stream, empty ones and one without a line end too',
    spec: {
      steps: { say: sh('echo out 1; echo err 1 >&2; echo; echo "  out 3"; printf "err 2" >&2; printf "out 4"') },
    },
    scenario: [
      {
        act: 'run',
        expected: { ...OK, logs: { say: { stdout: ['out 1', '', '  out 3', 'out 4'], stderr: ['err 1', 'err 2'] } } },
      },
    ],
  },
  {
    name: 'log-odd-bytes',
    group,
    description: 'Bytes that are no text are shown as such, and everything else stays',
    spec: {
      steps: { say: sh("printf 'a\\377b\\n\\033[31mred\\033[0m\\tgr\\303\\274\\303\\237e \\360\\237\\220\\213\\n'") },
    },
    scenario: [
      {
        act: 'run',
        expected: { ...OK, logs: { say: { stdout: ['a\ufffdb', '\u001b[31mred\u001b[0m\tgrüße 🐋'] } } },
      },
    ],
  },
  {
    name: 'log-of-fast',
    group,
    description: 'A command that prints and ends at once loses nothing',
    spec: { steps: { say: { command: ['printf', 'quick\\n'] } } },
    scenario: [{ act: 'run', expected: { ...OK, logs: { say: { stdout: ['quick'], stderr: [] } } } }],
  },
  {
    name: 'log-200-mb',
    group,
    description: 'A flood of 200 MB on stdout is kept to the last line, in order',
    spec: {
      steps: {
        say: py(
          [
            'import sys',
            `for start in range(0, ${FLOOD}, 1000):`,
            '  sys.stdout.write("".join("%099d\\n" % i for i in range(start, start + 1000)))',
          ].join('\n'),
        ),
      },
    },
    slow: true,
    scenario: [
      {
        act: 'run',
        expected: {
          ...OK,
          logs: { say: { each: { count: FLOOD, line: (index) => String(index).padStart(99, '0') }, stderr: [] } },
        },
      },
    ],
  },
  {
    name: 'log-long-line',
    group,
    description: 'One line of 10 MB is kept whole, in pieces',
    spec: { steps: { say: py(`print("x" * ${LONG} + "end")`) } },
    scenario: [{ act: 'run', expected: { ...OK, logs: { say: { joined: `${'x'.repeat(LONG)}end` } } } }],
  },
  {
    name: 'log-silence',
    group,
    description: 'A step that says nothing for a minute goes on, and what it says then is not lost',
    spec: { steps: { say: sh('echo before; sleep 61; echo after') } },
    slow: true,
    scenario: [{ act: 'run', expected: { ...OK, logs: { say: { stdout: ['before', 'after'], stderr: [] } } } }],
  },
]
