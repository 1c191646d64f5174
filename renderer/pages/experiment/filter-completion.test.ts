import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completed, completionOf } from './filter-completion.ts'

const text = { open: false, type: 'text' as const, operators: ['=', 'LIKE'], folds: [] }
const known = {
  help: {
    identifiers: [
      { ...text, text: 'attributes.status' },
      { ...text, text: 'attributes.start_time', type: 'number' as const, operators: ['=', '<'] },
      { text: 'metrics.', open: true, type: 'number' as const, operators: ['=', '<', '>'], folds: ['@min', '@max'] },
      { ...text, text: 'params.', open: true },
    ],
    words: ['AND', 'OR', 'NOT', '(', ')'],
  },
  columns: {
    metrics: [
      { key: 'loss', runs: 12 },
      { key: 'val loss', runs: 1 },
    ],
    params: [{ key: 'lr', runs: 12 }],
    tags: [],
  },
}
const offered = (filter: string) => completionOf(filter, filter.length, known).suggestions.map((it) => it.text)

describe('what may follow in a filter', () => {
  test.each([
    ['', ['attributes.status', 'attributes.start_time', 'metrics.loss', 'metrics.`val loss`', 'params.lr']],
    ['los', ['metrics.loss', 'metrics.`val loss`']],
    ['metrics.v', ['metrics.`val loss`']],
    ['metrics.`val l', ['metrics.`val loss`']],
    ['metrics.loss@', ['metrics.loss@min', 'metrics.loss@max']],
    ['metrics.loss@ma', ['metrics.loss@max']],
    ['loss@mi', ['metrics.loss@min', 'metrics.`val loss`@min']],
    ['metrics.loss ', ['=', '<', '>']],
    ['metrics.`val loss`@min ', ['=', '<', '>']],
    ['metrics.loss < ', []],
    ['metrics.loss < 3 ', ['AND', 'OR']],
    ['status = ', ["'FINISHED'", "'RUNNING'", "'FAILED'", "'KILLED'", "'SCHEDULED'"]],
    ["status = 'FAI", ["'FAILED'"]],
    ["status = 'FAILED' A", ['AND']],
    ["(status = 'FAILED' OR l", ['metrics.loss', 'metrics.`val loss`', 'params.lr']],
    ['NOT lr', ['params.lr']],
  ])('after %j: %j', (filter, suggestions) => {
    expect(offered(filter)).toEqual(suggestions)
  })

  test('a suggestion takes the place of the word, and the caret goes behind it', () => {
    const filter = 'los AND params.lr = 1'
    const completion = completionOf(filter, 3, known)
    const [first] = completion.suggestions
    expect(first && completed(filter, completion, first)).toEqual({
      filter: 'metrics.loss AND params.lr = 1',
      caret: 12,
    })
  })

  test('whatever is typed, what stands before the word stays', () => {
    const pieces = fc.constantFrom(
      'metrics.loss',
      '`',
      '"',
      "'",
      ' ',
      '(',
      ')',
      '@',
      '@min',
      '<',
      'AND',
      'status',
      '=',
      '😀',
      '.',
    )
    fc.assert(
      fc.property(fc.array(pieces), fc.nat(), (words, at) => {
        const filter = words.join('')
        const caret = filter.length === 0 ? 0 : at % (filter.length + 1)
        const completion = completionOf(filter, caret, known)
        expect(completion.from).toBeLessThanOrEqual(caret)
        for (const suggestion of completion.suggestions) {
          const next = completed(filter, completion, suggestion)
          expect(next.filter.startsWith(filter.slice(0, completion.from))).toBe(true)
          expect(next.filter.endsWith(filter.slice(caret))).toBe(true)
        }
      }),
    )
  })
})
