import { expect, test } from 'vitest'
import type { ClusterCheck, ClusterPreflight } from '#core/contract/local-clusters.ts'
import { asksForDownload, blockedText, engineFault, errorsOf, summaryOf } from './checks.ts'

const check = (id: string, level: ClusterCheck['level']): ClusterCheck => ({
  id,
  title: `The ${id}`,
  level,
  found: 'x',
  fix: level === 'ok' ? null : 'y',
})
const of = (...checks: ClusterCheck[]): ClusterPreflight => ({
  ok: checks.every(({ level }) => level !== 'error'),
  checks,
})

test.each([
  [of(check('a', 'ok'), check('b', 'info')), 'This machine has all that a local cluster needs.'],
  [of(check('a', 'warning')), 'A local cluster can be made here, with 1 warning, which does not stop it.'],
  [of(check('a', 'error'), check('b', 'error')), '2 things must be put right first.'],
  [
    of(check('a', 'error'), check('b', 'warning'), check('c', 'warning')),
    '1 thing must be put right first. There are also 2 warnings, which do not stop it.',
  ],
])('the checks are one sentence', (preflight, sentence) => {
  expect(summaryOf(preflight)).toBe(sentence)
})

test('only errors stop, and the button names them', () => {
  const preflight = of(check('ports', 'error'), check('memory', 'warning'), check('kind', 'error'))
  expect(blockedText(errorsOf(preflight))).toBe('It cannot be created yet. To be put right first: The ports, The kind.')
})

test('an engine that is the fault is told apart', () => {
  expect(engineFault(of(check('engine', 'ok'), check('ports', 'error')))).toBeUndefined()
  expect(engineFault(of(check('engine', 'error')))?.id).toBe('engine')
  expect(engineFault(undefined)).toBeUndefined()
})

test('consent to a download is asked for where kind is not there, and can be taken back', () => {
  expect(asksForDownload(of(check('kind', 'ok')), false)).toBe(false)
  expect(asksForDownload(of(check('kind', 'error')), false)).toBe(true)
  expect(asksForDownload(of(check('kind', 'info')), true)).toBe(true)
  expect(asksForDownload(undefined, false)).toBe(false)
})
