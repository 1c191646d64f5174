import { expect, test } from 'vitest'
import type { StepState } from '#core/pipelines/index.ts'
import { widthOf } from './widths.ts'

function stepOf(definition: object, values: readonly object[] | null = null): StepState {
  const whole = { forEach: [], ...definition }
  return { values, bound: { planned: { definition: whole }, forEach: whole.forEach } } as unknown as StepState
}

test.each([
  ['a step without a fan-out', stepOf({}), 1],
  ['lists that stand in the document', stepOf({ forEach: [{ values: [1, 2] }, { values: [1, 2, 3] }] }), 6],
  [
    'a list that is not known yet',
    stepOf({ forEach: [{ values: [1, 2] }, { values: '${{ steps.a.outputs.l }}' }] }),
    null,
  ],
  ['a list that is known by now', stepOf({ forEach: [{ values: '${{ parameters.l }}' }] }, [{}, {}, {}]), 3],
  ['a list without anything', stepOf({ forEach: [{ values: [] }] }), 0],
])('%s', (_, step, width) => expect(widthOf(step)).toBe(width))
