import { expect, test } from 'vitest'
import type { Edge, StepState } from '#core/pipelines/index.ts'
import { decisionsOf } from './decisions.ts'

type Given = {
  readonly status?: StepState['status']
  readonly needs?: Readonly<Record<string, Edge['condition']>>
  readonly when?: unknown
}

function stepOf(name: string, { status = 'pending', needs = {}, when = null }: Given): StepState {
  const edges = Object.entries(needs).map(([step, condition]) => ({ step, condition, from: 'needs' }))
  return { status, bound: { planned: { name, edges }, when } } as unknown as StepState
}

const open = { expression: {} }

test.each<[string, Record<string, Given>, string]>([
  ['a step without a cache hit', { a: {} }, 'runs'],
  ['what is cached, or done by the core', { a: { status: 'cached' }, b: { status: 'succeeded' } }, 'cached cached'],
  ['a condition that does not hold', { a: { status: 'skipped' } }, 'skipped'],
  ['a step behind one that runs', { a: {}, b: { needs: { a: 'succeeded' } } }, 'runs runs'],
  ['a condition over what is not there yet', { a: {}, b: { needs: { a: 'succeeded' }, when: open } }, 'runs unknown'],
  ['a condition that holds', { a: {}, b: { needs: { a: 'succeeded' }, when: { constant: true } } }, 'runs runs'],
  ['a handler of a failure', { a: {}, b: { needs: { a: 'failed' } } }, 'runs unknown'],
  [
    'what is behind an unknown step, but for who waits for any end',
    {
      a: {},
      b: { needs: { a: 'failed' } },
      c: { needs: { b: 'succeeded' } },
      d: { needs: { b: 'succeededOrSkipped' } },
      e: { needs: { b: 'finished' } },
    },
    'runs unknown unknown unknown runs',
  ],
  [
    'a step behind what is cached',
    { a: { status: 'cached' }, b: { needs: { a: 'succeeded' }, when: open } },
    'cached runs',
  ],
])('%s', (_, steps, words) => {
  const decisions = decisionsOf(Object.entries(steps).map(([name, given]) => stepOf(name, given)))
  expect([...decisions.values()].join(' ')).toBe(words)
})
