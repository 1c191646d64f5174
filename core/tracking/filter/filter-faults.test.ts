import { describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { compileFilter, runGrammar } from './index.ts'

describe('a filter is refused with words that clients know, the cause and the place', () => {
  const cases: readonly [string, string][] = [
    ["metrics.loss > '3'", "Expected numeric value type for metric. Found ''3'' (at character 16"],
    ["start_time > 'x'", "Expected numeric value type for numeric attribute: start_time. Found ''x''"],
    ['params.lr = 0.1', "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 0.1"],
    ['status = 5', 'Expected a quoted string value for attributes'],
    ['datasets.name = 5', 'Expected a quoted string value for dataset attributes'],
    ['params.lr = abc', "Parameter value is either not quoted or unidentified quote types used for string value 'abc'"],
    ['params.lr = `abc`', 'Parameter value is either not quoted'],
    ["params.lr > '1'", "Invalid comparator '>' not one of !=, =, LIKE"],
    ["metrics.loss LIKE '1'", "Invalid comparator 'LIKE' not one of >"],
    ["params.lr BETWEEN '1' AND '2'", "Invalid comparator '>=' not one of"],
    ['params.lr IS NAN', "Invalid comparator 'IS NAN' not one of"],
    ["status == 'FINISHED'", "Invalid comparator '==': write ="],
    ["status <> 'FINISHED'", "Invalid comparator '<>': write !="],
    ["stats = 'x'", "Invalid attribute key 'stats' specified. Valid keys are attributes.run_id"],
    ["constructor = 'x'", "Invalid attribute key 'constructor'"],
    ["datasets.size = 'x'", "Invalid dataset key 'size'"],
    ['metrix.loss > 1', "Invalid entity type 'metrix'. Valid values are attribute, attributes, attr, run, metric"],
    ["constructor.x = 'x'", "Invalid entity type 'constructor'"],
    ['metrics.loss@median > 1', 'after @ stands one of min, max, last, mean'],
    ["params.lr@min = '1'", '@min can be asked of metrics of runs'],
    [
      'params.lr IN ()',
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list',
    ],
    ["params.lr IN ('a', 5)", 'While parsing a list in the query, expected string value, punctuation, or whitespace'],
    ["params.lr IN 'a'", 'Invalid clause(s) in filter string'],
    ["params.lr IN ('a'", 'the text ends: ) was expected (at the end of'],
    ["params.lr = 'a", "the quote ' is never closed (at character 13"],
    ['params.`lr', 'the quote ` is never closed'],
    ["params.lr = 'a' params.lr = 'b'", 'AND, OR or the end was expected (at character 17'],
    ["params.lr = 'a';", "Invalid clause(s) in filter string: ';'"],
    ["params.lr = 'a' -- x", 'Invalid clause(s) in filter string'],
    ['params.lr', "a comparison was expected after 'params.lr'"],
    ["'a' = params.lr", "Invalid comparison clause. Expected 'Identifier' found ''a''"],
    ['1=1', "Invalid comparison clause. Expected 'Identifier' found '1'"],
    ['acc = LR', "Invalid attribute key 'acc'"],
    ['params.acc LR !=', 'Invalid clause(s) in filter string'],
    ["params.'acc = LR", 'Invalid clause(s) in filter string'],
    ["attribute.status IS 'RUNNING'", 'Invalid clause(s) in filter string'],
    ['AND', 'Invalid clause(s) in filter string'],
    ["params.lr = 'a' AND", 'the text ends: an identifier was expected'],
    ['(metrics.loss > 1', ') was expected'],
    ['metrics.loss > 1)', 'AND, OR or the end was expected'],
    ['metrics.loss > 5abc', 'a number ends before a letter'],
    ['metrics. > 5', 'an identifier was expected'],
    ['metrics.loss > 1 😀', "'😀': an identifier was expected"],
    ["params.lr = 'a\0b'", 'this character cannot be part of a filter'],
    [`${'('.repeat(41)}metrics.loss > 1`, 'at most 40 levels of parentheses'],
    ['NOT '.repeat(100_000), 'longer than 64 KiB'],
    [Array(101).fill('metrics.a > 1').join(' OR '), 'at most 100 comparisons'],
    [`params.lr LIKE '${'%a'.repeat(501)}'`, 'at most 1000 characters can be matched'],
  ]
  test.each(cases)('%s', (filter, message) => {
    let thrown: unknown
    try {
      compileFilter(filter, runGrammar)
    } catch (error) {
      thrown = error
    }
    expect(isProblem(thrown) && thrown.code).toBe('tracking_invalid')
    expect((thrown as Error).message).toContain(message)
  })
})
