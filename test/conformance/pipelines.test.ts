import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CASES, type Case } from '#core/conformance/index.ts'
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

/**
 * What the local engine decides by itself is the same for processes and for containers, so that it is not played twice
 * in each run of the tests: all of it is with MINISUB_TEST_FULL=1, and by `minisub conformance --target docker`.
 */
const DECIDED_BY_ENGINE = new Set(['edges', 'conditions', 'fan-outs', 'cache'])
const isFull = process.env['MINISUB_TEST_FULL'] === '1'
const ON_DOCKER = isFull ? CASES : CASES.filter(({ group }) => !DECIDED_BY_ENGINE.has(group))

function casesOf(target: string): readonly Case[] {
  return target === 'docker' ? ON_DOCKER : CASES
}

const keys = new Map<string, string | null>()

function passesEveryCase(target: string): void {
  let suite: PlayingSuite
  beforeAll(async () => void (suite = await playSuite(target, casesOf(target))))
  afterAll(() => suite[Symbol.asyncDispose](), LIMIT_MS)

  test.each(casesOf(target).map(({ name, description }) => [name, description] as const))(
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
