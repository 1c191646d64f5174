import { expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { bindPlan } from './bind.ts'
import { initialState } from './run-state.ts'
import { decide, newMemory, type World } from './scheduler.ts'
import { validateDocument } from './validate.ts'

/** What the scheduler emits for one step, with a world in which one kind of event meets a bug. */
function decideOne(step: object, broken: RunEvent['kind']): RunEvent['kind'][] {
  const document = {
    apiVersion: 'mini-submarine/v1',
    kind: 'Pipeline',
    metadata: { name: 'p' },
    spec: { steps: { a: step } },
  }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const kinds: RunEvent['kind'][] = []
  const world: World = {
    now: () => 0,
    parallelism: 1,
    facts: { environments: {}, code: {}, files: {} },
    emit(event) {
      if (event.kind === broken) throw new Error('a bug of ours')
      kinds.push(event.kind)
    },
    lookUp: () => 'off',
    keepParts: () => undefined,
    outputs: () => ({}),
  }
  decide(initialState(bindPlan(validation.plan, {})), newMemory(), world)
  return kinds
}

test('a bug while an event is applied is not passed off as an expression that failed', () => {
  expect(() => decideOne({ command: ['x'], when: '${{ false }}' }, 'step.skipped')).toThrow('a bug of ours')
  expect(() => decideOne({ command: ['x'], forEach: { i: [1] } }, 'step.expanded')).toThrow('a bug of ours')
})

test('a list that cannot be expanded fails the step', () => {
  const million = Array.from({ length: 1_001 }, (_, i) => i)
  const forEach = { x: million, y: million }
  expect(decideOne({ command: ['x'], forEach }, 'run.finished')).toEqual(['step.failed'])
})
