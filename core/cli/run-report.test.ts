import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { RunView } from '#core/contract/run.ts'
import { failureText } from './run-report.ts'

const step = {
  name: 'train',
  item: null,
  status: 'failed' as const,
  attempts: 1,
  stepKey: null,
  startedAt: null,
  finishedAt: null,
  exitCode: 1,
  reason: 'exit code 1',
  outputs: {},
}
const run: RunView = {
  id: '01kc',
  pipeline: 'wine',
  pipelineDigest: 'd',
  target: 'process',
  status: 'failed',
  startedAt: null,
  finishedAt: null,
  outputs: {},
  steps: [step],
}
const clientOf = (methods: Partial<Client>): Client => methods as Client
const broken = () => Promise.reject(new Problem('internal', 'the log is damaged'))

test('a step whose log cannot be read is told of without its explanation and its log', async () => {
  const client = clientOf({ explainStep: broken, readLog: broken })
  expect(await failureText(client, run)).toBe('train failed: exit code 1\n')
})

test('a step whose log alone cannot be read has its explanation', async () => {
  const explanation = { id: 'x', sentence: 'It broke.', cause: 'So.', fix: 'Mend it.', logLine: null, quote: null }
  const client = clientOf({ explainStep: () => Promise.resolve({ attempt: 1, explanation }), readLog: broken })
  expect(await failureText(client, run)).toBe('train failed: exit code 1\n  It broke.\n  So.\n  Mend it.\n')
})

test('a fault of the program itself is not hidden', async () => {
  const client = clientOf({ explainStep: () => Promise.reject(new TypeError('a bug')) })
  await expect(failureText(client, run)).rejects.toThrow('a bug')
})
