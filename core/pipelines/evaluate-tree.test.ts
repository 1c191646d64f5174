import { describe, expect, test } from 'vitest'
import type { Json } from '#core/base/json.ts'
import { evaluateTree } from './evaluate-tree.ts'
import { planOfSpec } from './test-store.ts'
import { validateDocument } from './validate.ts'

const OUTPUTS = {
  n: { type: 'integer' },
  x: { type: 'number' },
  t: { type: 'string' },
  b: { type: 'boolean' },
  l: { type: 'list' },
  o: { type: 'object' },
}
const VALUES: Readonly<Record<string, Json>> = { n: 2, x: 2, t: 'b', b: true, l: [1, 2], o: { a: null } }

function specOf(expression: string): object {
  const before = { command: ['x'], outputs: OUTPUTS }
  return { steps: { a: before, b: { command: ['x'], when: `\${{ ${expression} }}` } } }
}

/** An expression over the outputs of a step `a`. */
function evaluate(expression: string): Json {
  const [control] = planOfSpec(specOf(expression)).steps.flatMap(({ when }) => (when === null ? [] : [when]))
  if (control === undefined || !('expression' in control)) throw new Error('no condition')
  return evaluateTree(control.expression.tree(), (reference) => {
    if (reference.kind === 'output') return VALUES[reference.output] ?? null
    return reference.kind === 'status' ? 'succeeded' : null
  })
}

describe('a condition', () => {
  test.each([
    ['steps.a.outputs.n > 1.5', true],
    ['steps.a.outputs.x <= 1.0', false],
    ['steps.a.outputs.l == [1, 2]', true],
    ['1 in steps.a.outputs.l && !(3 in steps.a.outputs.l)', true],
    ['"a" in steps.a.outputs.o', true],
    ['"constructor" in steps.a.outputs.o', false],
    ['size(steps.a.outputs.l) == 2', true],
    ['size(steps.a.outputs.t + "") == 1', undefined],
    ['size(steps.a.outputs.t) == 1', true],
    ['steps.a.status == "succeeded" ? steps.a.outputs.b : false', true],
    ['steps.a.outputs.t >= "a" || steps.a.outputs.b', true],
    ['[[1]] == [steps.a.outputs.l]', false],
  ])('%s is %s', (expression, expected) => {
    if (expected !== undefined) expect(evaluate(expression)).toBe(expected)
    else expect(() => evaluate(expression)).toThrow('not_portable')
  })

  test('orders texts by their code points, as every cluster does', () => {
    expect(evaluate('steps.a.outputs.b && "\uff5e" < "🐋"')).toBe(true)
  })

  test('of a wrong type is a fault, never false', () => {
    expect(() => evaluate('steps.a.outputs.b < false')).toThrow('a boolean and a boolean have no order')
  })

  test('with a number that JSON cannot hold is refused', () => {
    const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' } }
    const spec = specOf('steps.a.outputs.n < 9007199254740993')
    const validation = validateDocument(JSON.stringify({ ...document, spec }))
    expect(validation.ok ? [] : validation.issues.map(({ code }) => code)).toEqual(['expression_not_portable'])
  })
})
