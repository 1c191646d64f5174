import { describe, expect, test } from 'vitest'
import type { Json } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { canonicalJson } from '#core/base/json.ts'
import { sha256 } from '#core/files/index.ts'
import { bindPlan } from './bind.ts'
import { foresee } from './foresee.ts'
import { validateDocument } from './validate.ts'

const command = ['true']
const STEPS = {
  a: { command, outputs: { x: { type: 'list' } } },
  off: { command, when: '${{ false }}' },
  below: { command, needs: ['off'] },
  each: { command, forEach: { i: '${{ steps.a.outputs.x }}' }, outputs: { y: { type: 'integer' } } },
  gather: { command, inputs: { all: '${{ steps.each.outputs.y }}' } },
}

function valueRecord(value: Json): OutputRecord {
  return { kind: 'value', value, sha256: sha256(canonicalJson(value)) }
}

/** Foresees a run of which these are cached: `step` or `step[item]`. */
function foreseen(hits: Readonly<Record<string, Record<string, OutputRecord>>>) {
  const document = {
    apiVersion: 'mini-submarine/v1',
    kind: 'Pipeline',
    metadata: { name: 'p' },
    spec: { steps: STEPS },
  }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const { state, missed } = foresee(bindPlan(validation.plan, {}), {
    now: () => 1,
    facts: { environments: {}, code: {}, files: {} },
    lookUp: ({ step, item }) => {
      const { name } = step.bound.planned
      const outputs = hits[item === null ? name : `${name}[${item}]`]
      return outputs === undefined ? 'none' : { outputs, from: 'r0', resumed: false }
    },
  })
  return { state, missed, statuses: state.steps.map(({ status, count }) => `${status} ${count}`) }
}

describe('how a run will begin', () => {
  test('with nothing cached: what is skipped is known, and nothing is looked up behind what runs', () => {
    const { statuses, missed } = foreseen({})
    expect(statuses).toEqual(['pending 1', 'skipped 1', 'pending 0', 'skipped 1', 'pending 1'])
    expect(missed).toHaveLength(1)
  })

  test('behind what is cached, lists are expanded and looked up item by item', () => {
    const { statuses, missed, state } = foreseen({ a: { x: valueRecord([1, 2]) }, 'each[1]': { y: valueRecord(5) } })
    expect(statuses).toEqual(['cached 1', 'skipped 1', 'pending 2', 'skipped 1', 'pending 1'])
    expect(state.steps.map(({ ends }) => ends.cached)).toEqual([1, 0, 1, 0, 0])
    expect(missed).toHaveLength(1)
    expect(state.steps.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0])
  })

  test('where all is cached it is over', () => {
    const y = { y: valueRecord(5) }
    const { state, missed } = foreseen({ a: { x: valueRecord([1]) }, 'each[0]': y, gather: {} })
    expect([state.openSteps, state.status, missed]).toEqual([0, 'succeeded', []])
  })
})
