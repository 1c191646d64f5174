import { expect, test } from 'vitest'
import type { AttemptEnd } from '#core/contract/pulled-step.ts'
import { judged } from './rerun-report.ts'

const end = (change: Partial<AttemptEnd>): AttemptEnd => ({
  outcome: 'failed',
  exitCode: 1,
  signal: null,
  reason: 'exit code 1',
  lastLine: 'ValueError: x',
  ...change,
})
const succeeded = end({ outcome: 'succeeded', exitCode: 0, reason: null })
const killed = end({ exitCode: null, signal: 'SIGKILL', reason: 'killed', lastLine: null })
const late = end({ exitCode: null, reason: 'ran longer than its timeout of 1 s', lastLine: null })

test.each([
  [end({}), end({}), 'same', 'fails the same way: exit 1, ValueError: x'],
  [
    end({}),
    end({ lastLine: 'KeyError: y' }),
    'same',
    'fails the same way: exit 1; its last line was "ValueError: x" there and is "KeyError: y" here',
  ],
  [end({}), succeeded, 'passes', 'passes here, and failed there: exit 1, ValueError: x'],
  [succeeded, succeeded, 'same', 'succeeds here as there'],
  [succeeded, end({}), 'differs', 'exit 1, ValueError: x here, succeeded there'],
  [killed, end({}), 'differs', 'exit 1, ValueError: x here, signal SIGKILL there'],
  [late, late, 'same', 'fails the same way: ran longer than its timeout of 1 s'],
  [end({}), end({ outcome: 'running', exitCode: null }), 'open', 'it is not over yet'],
] as const)('%j there and %j here', (there, here, verdict, sentence) => {
  expect(judged(there, here)).toEqual({ verdict, sentence })
})
