import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CASES } from '#core/conformance/index.ts'
import { CASE_NAME } from '#core/contract/conformance.ts'
import { describeWithDocker, describeWithKubernetes } from '#test/support/requirements.ts'
import { playSuite, type PlayingSuite } from './private-suite.ts'

/** The suite plays beside the tests: a test waits for its case, and for those that were before it. */
const LIMIT_MS = 1_200_000

test('the suite has at least 45 cases, each with a name of its own and a sentence about what holds', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(45)
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
  expect(CASES.filter(({ name }) => !CASE_NAME.test(name) || name.length > 40)).toEqual([])
  expect(CASES.filter(({ description }) => !/^[A-Z].{19,}[^.]$/.test(description))).toEqual([])
})

describe('process', () => passesEveryCase('process'))
describeWithDocker('docker', () => passesEveryCase('docker'))
describeWithKubernetes('cluster', () => passesEveryCase('lab'))

const keys = new Map<string, string | null>()

function passesEveryCase(target: string): void {
  let suite: PlayingSuite
  beforeAll(async () => void (suite = await playSuite(target, CASES)))
  afterAll(() => suite[Symbol.asyncDispose](), LIMIT_MS)

  test.each(CASES.map(({ name, description }) => [name, description] as const))(
    '%s: %s',
    async (name) => {
      const result = await suite.result(name)
      expect(result.reason ?? '').toBe(result.status === 'skipped' ? result.reason : '')
      const known = keys.get(name)
      if (known !== undefined && result.keys !== null) expect(result.keys, 'step keys').toBe(known)
      if (result.keys !== null) keys.set(name, result.keys)
    },
    LIMIT_MS,
  )

  test('nothing failed where nobody waits for it', () => expect(suite.errors).toEqual([]))
}
