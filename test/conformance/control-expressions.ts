import fc from 'fast-check'

/** What conditions and lists can be made of: references by their types, as texts of expressions. */
export type Sources = {
  readonly int: readonly string[]
  readonly double: readonly string[]
  readonly string: readonly string[]
  readonly bool: readonly string[]
  readonly list: readonly string[]
  readonly object: readonly string[]
}

/** Texts that a shell, a template engine or a language could take for more than text, and such that test the order. */
export const TEXTS = [
  '',
  'a',
  'B',
  'b',
  '}}',
  '{{=1}}',
  "'",
  '"',
  '\\',
  'a\nb',
  '\u2028',
  '日本',
  '\uff5e',
  '🐋',
  'true',
  '1',
]
const INTS = ['0', '1', '2', '-1', '-3', '9007199254740991', '-9007199254740991']
const DOUBLES = ['0.0', '1.0', '-1.5', '2.0', '0.1', '1e21']

const quoted = (text: string): string => JSON.stringify(text)
const some = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)

/** Expressions over these references, most of them well typed. */
export function expressions(sources: Sources): {
  readonly bool: fc.Arbitrary<string>
  readonly list: fc.Arbitrary<string>
} {
  const { bool, list } = fc.letrec<Record<keyof Sources, string>>((tie) => {
    const leaf = (kind: keyof Sources, literals: readonly string[]): fc.Arbitrary<string> => {
      const references = sources[kind]
      return references.length === 0 ? some(literals) : fc.oneof(some(references), some(references), some(literals))
    }
    const of = (kind: keyof Sources): fc.Arbitrary<string> => tie(kind)
    const choice = (kind: keyof Sources): fc.Arbitrary<string> =>
      fc.tuple(of('bool'), of(kind), of(kind)).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`)
    const size = fc.oneof(of('list'), of('list'), of('string'), of('object')).map((it) => `size(${it})`)
    const scalar = fc.oneof(of('int'), of('double'), of('string'), of('bool'), fc.constant('null'))
    const lists = fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`)
    const grow = { maxDepth: 3, depthIdentifier: 'expression', withCrossShrink: true } as const
    return {
      int: fc.oneof(grow, leaf('int', INTS), size, choice('int')),
      double: fc.oneof(grow, leaf('double', DOUBLES), choice('double')),
      string: fc.oneof(grow, leaf('string', TEXTS.map(quoted)), choice('string')),
      object: leaf('object', ['null']),
      list: fc.oneof(grow, leaf('list', ['[1, 2]', '["a", 1.0, null]', '[]']), lists, choice('list')),
      bool: fc.oneof(grow, leaf('bool', ['true', 'false']), comparison(of), membership(of), logic(of), choice('bool')),
    }
  })
  return { bool, list }
}

type Of = (kind: keyof Sources) => fc.Arbitrary<string>

function comparison(of: Of): fc.Arbitrary<string> {
  const pair = (kind: keyof Sources, operators: readonly string[]): fc.Arbitrary<string> =>
    fc.tuple(of(kind), some(operators), of(kind)).map(([left, operator, right]) => `(${left} ${operator} ${right})`)
  const ordered = ['<', '<=', '>', '>=', '==', '!=']
  return fc.oneof(
    pair('int', ordered),
    pair('double', ordered),
    pair('string', ordered),
    pair('bool', ['==', '!=']),
    pair('list', ['==', '!=']),
    pair('object', ['==', '!=']),
    fc.tuple(of('int'), some(ordered.slice(0, 4)), of('double')).map((parts) => `(${parts.join(' ')})`),
  )
}

function membership(of: Of): fc.Arbitrary<string> {
  const item = fc.oneof(
    of('int'),
    of('double'),
    of('string'),
    of('bool'),
    of('list'),
    of('object'),
    fc.constant('null'),
  )
  return fc.oneof(
    fc.tuple(item, of('list')).map(([left, right]) => `(${left} in ${right})`),
    fc.tuple(of('string'), of('object')).map(([left, right]) => `(${left} in ${right})`),
  )
}

function logic(of: Of): fc.Arbitrary<string> {
  return fc.oneof(
    of('bool').map((it) => `!(${it})`),
    fc
      .tuple(of('bool'), some(['&&', '||']), of('bool'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
  )
}
