import { expect, test } from 'vitest'
import { planRoutes } from '#core/contract/routes-plan.ts'
import { planText } from './plan-text.ts'

const plan = planRoutes.planPush.response.parse(planRoutes.planPush.example.output)

test('a plan tells its verdict, what would be done, and what to look at with its fix', () => {
  const text = planText({ ...plan, prediction: { ...plan.prediction, cost: { amount: 0.5, currency: 'EUR' } } })
  expect(text).toMatch(
    /^wine on lab: go, with 1 warning\n900 B to send, 1 of 1 step would run, about 16\.0 s, .*0\.5000 EUR\n/,
  )
  expect(text).toContain('since wine-9b1d2c4e5f, which ada@laptop pushed to lab at ')
  expect(text).toMatch(/ {2}changed {2}code {2}train\.py {2}1f0e8a → 77aa10\n/)
  expect(text).toMatch(/ {2}train {2}run +1 +1 +1\.1 GB +- +node-1 +12\.0 s +4\.00 s +its code is new\n/)
  expect(text).toMatch(/ {2}upload {2}code {2}code {2}900 B {2}1 file {2}code\/77aa\.tar\.gz\n/)
  expect(text).toMatch(/ {2}create {2}WorkflowTemplate {2}wine-3fa91c0277 {2}it is not there\n/)
  expect(text).toContain('enforced there and not here\n  train  memory\n')
  expect(text).toContain('checks: 0 of 1 passed\n  warning  Quota (train): the quota has room for 1 of 2 pods\n')
  expect(text).toContain('           fix: wait\n')
})

test('what is not known is said so, and what is empty is left out', () => {
  const [step] = plan.steps
  if (step === undefined) throw new Error('the example has a step')
  const unknown = { ...step, decision: 'unknown' as const, pods: null, seconds: null, overheadSeconds: null }
  const nothing = { wallSeconds: null, overheadSeconds: null, words: 'nothing: it never ran' }
  const text = planText({
    ...plan,
    since: null,
    checks: [],
    steps: [{ ...unknown, nodes: { fits: null, count: null, why: null }, limits: [] }],
    prediction: { ...plan.prediction, ...nothing },
  })
  expect(text).toMatch(/ {2}train {2}depend +\? +1 +1\.1 GB +- +\? +\? +\? +its code is new\n/)
  expect(text).not.toMatch(/since|about|enforced there/)
  expect(text).toContain('foretells from\n  nothing: it never ran\n')
})

test('a long list is cut, and control characters do not reach the terminal', () => {
  const objects = Array.from({ length: 40 }, (_, i) => ({
    action: 'create' as const,
    kind: 'Secret',
    name: `s${i}`,
    because: 'evil\u001b[31m\nwords',
  }))
  const text = planText({ ...plan, objects })
  expect(text).toContain('… and 10 more: --json')
  expect(text).toContain('s29  evil words\n')
  expect(text).not.toContain('\u001b')
})
