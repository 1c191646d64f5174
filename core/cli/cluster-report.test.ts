import { expect, test } from 'vitest'
import type { ClusterCheck } from '#core/contract/local-clusters.ts'
import { preflightProblem, preflightText } from './cluster-report.ts'

const row = (id: string, level: ClusterCheck['level'], fix: string | null = null): ClusterCheck => ({
  id,
  title: `The ${id}`,
  level,
  found: `${id} \u001b[31mfound`,
  fix,
})

test('the report is a table with each fix below its row, and counts at its end', () => {
  const checks = [row('engine', 'ok'), row('ports', 'error', 'take another'), row('cgroup', 'warning', 'use v2')]
  expect(preflightText({ ok: false, checks }, {})).toBe(
    [
      'ok       The engine  engine found',
      'error    The ports   ports found',
      '         fix: take another',
      'warning  The cgroup  cgroup found',
      '         fix: use v2',
      'this machine cannot have the cluster now: 1 error, 1 warning',
      '',
    ].join('\n'),
  )
  expect(preflightText({ ok: true, checks: [] }, {})).toBe('this machine can have the cluster: 0 errors, 0 warnings\n')
})

test('a fix that is a flag of a command names it', () => {
  const checks = [row('kind', 'error', 'allow the download of kind'), row('node-image', 'ok')]
  expect(preflightText({ ok: false, checks }, {})).toContain('fix: allow the download of kind (--download)\n')
  expect(preflightText({ ok: true, checks }, {})).not.toContain('--node-image')
})

test('one fault is the sentence itself, several are named', () => {
  const one = preflightProblem({ ok: false, checks: [row('ports', 'error', 'take another'), row('x', 'warning', 'y')] })
  expect([one.code, one.message]).toEqual(['cluster_preflight', 'ports found: take another'])
  const two = preflightProblem({ ok: false, checks: [row('ports', 'error', 'a'), row('disk', 'error', 'b')] })
  expect(two.message).toBe('not all is there (The ports, The disk): do what stands at each of them')
})
