import { describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import type { ValueDeclaration } from '#core/contract/definition.ts'
import { bindParameters, bindPlan, type BoundPlan, type Parameters } from './bind.ts'
import { validateDocument } from './validate.ts'

const declared: Record<string, ValueDeclaration> = {
  n: { type: 'number', default: 1.5 },
  i: { type: 'integer', minimum: 0 },
  s: { type: 'string', default: 'x', pattern: '^[a-z]*$' },
  b: { type: 'boolean', default: false },
  l: { type: 'list', items: { type: 'string' }, default: [] },
  o: { type: 'object', default: {} },
}

function issuesOf(work: () => unknown): [string, string | undefined][] {
  try {
    work()
  } catch (error) {
    if (isProblem(error)) return error.issues.map(({ code, path }) => [code, path])
    throw error
  }
  return []
}

describe('parameters', () => {
  test('are given values, texts by their declared type, and defaults; a text wins over a value', () => {
    const texts = { i: '3', b: 'true', l: '["a"]', o: '{"k": null}', s: '"' }
    expect(bindParameters({ ...declared, s: { type: 'string' } }, { i: 1, n: 2 }, texts)).toEqual({
      n: 2,
      i: 3,
      s: '"',
      b: true,
      l: ['a'],
      o: { k: null },
    })
    expect(bindParameters(declared, { i: 0 }, {})).toEqual({ n: 1.5, i: 0, s: 'x', b: false, l: [], o: {} })
  })

  test('all that is wrong with them is told at once, by name', () => {
    const wrong = () => bindParameters(declared, { s: 'A', l: [1], nn: 1, toString: 1 }, { b: 'yes' })
    expect(issuesOf(wrong)).toEqual([
      ['unknown_parameter', 'nn'],
      ['unknown_parameter', 'toString'],
      ['missing_parameter', 'i'],
      ['invalid_parameter', 's'],
      ['invalid_parameter', 'b'],
      ['invalid_parameter', 'l'],
    ])
  })

  test('names that every object has are no values', () => {
    const odd = Object.fromEntries([['constructor', { type: 'string' } as const]])
    expect(issuesOf(() => bindParameters(odd, {}, {}))).toEqual([['missing_parameter', 'constructor']])
  })
})

function bound(step: object, parameters: Parameters = { i: 2, l: ['a', 'b'] }): BoundPlan {
  const spec = {
    parameters: { i: { type: 'integer' }, l: { type: 'list', items: 'string' } },
    steps: {
      up: { command: ['true'], outputs: { v: { type: 'string' }, l: { type: 'list' } } },
      it: { command: ['true'], ...step },
    },
  }
  const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  return bindPlan(validation.plan, parameters)
}
const stepOf = (plan: BoundPlan) => plan.steps.find((step) => step.planned.name === 'it')

describe('a plan', () => {
  test('has every expression over parameters filled in, neighbours joined, and the rest left as references', () => {
    const step = stepOf(
      bound({
        command: [
          'a',
          '${{ parameters.i }}',
          'x${{ parameters.i * 2 }}y${{ parameters.l }}',
          '<${{ steps.up.outputs.v }}${{ parameters.i }}>',
        ],
        env: { E: '${{ size(parameters.l) }}' },
      }),
    )
    expect(step?.command).toEqual([
      ['a'],
      ['2'],
      ['x4y["a","b"]'],
      ['<', { reference: { kind: 'output', step: 'up', output: 'v' }, source: 'steps.up.outputs.v' }, '2>'],
    ])
    expect([...(step?.env ?? [])]).toEqual([['E', ['2']]])
  })

  test('knows conditions and lists over parameters, and keeps those over outputs', () => {
    expect(stepOf(bound({ when: '${{ parameters.i > 1 }}' }))?.when).toEqual({ constant: true })
    expect(stepOf(bound({ when: "${{ steps.up.status == 'failed' }}" }))?.when).toHaveProperty('expression')
    expect(stepOf(bound({}))?.when).toBeNull()
    const forEach = { a: [1, 'two'], b: '${{ parameters.l }}', c: '${{ steps.up.outputs.l }}' }
    expect(
      stepOf(bound({ forEach }))?.forEach.map(({ variable, values }) => [
        variable,
        'constant' in values && values.constant,
      ]),
    ).toEqual([
      ['a', [1, 'two']],
      ['b', ['a', 'b']],
      ['c', false],
    ])
  })

  test('an expression that cannot be evaluated is a Problem that names it', () => {
    expect(() => bound({ command: ['${{ 1 / (parameters.i - 2) }}'] })).toThrow(
      /^step "it": \$\{\{ 1 \/ \(parameters\.i - 2\) \}\} cannot be evaluated: /,
    )
    expect(() => bound({ when: '${{ parameters.l[5] == "x" }}' })).toThrow(/cannot be evaluated/)
  })
})
