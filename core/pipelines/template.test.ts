import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitTemplate } from './template.ts'

/** Texts as they are, expressions as [source]. */
function cut(text: string): (string | string[])[] {
  const split = splitTemplate(text)
  if (!split.ok) throw new Error(split.message)
  return split.parts.map((part) => (part.kind === 'text' ? part.text : [part.source]))
}

describe('a text', () => {
  test.each<[string, (string | string[])[]]>([
    ['', ['']],
    ['plain', ['plain']],
    ['${{ a.b }}', [['a.b']]],
    ['x${{a}}y${{ b }}', ['x', ['a'], 'y', ['b']]],
    ['${{a}}${{b}}', [['a'], ['b']]],
    ['$${{ a }}', ['${{ a }}']],
    ['$${{ a }} ${{ b }}', ['${{ a }} ', ['b']]],
    ['$$${{ a }}', ['$${{ a }}']],
    ['${{ "}}" }}', [['"}}"']]],
    [`\${{ '"}}' }}`, [[`'"}}'`]]],
    ['${{ "\\"}}" }}', [['"\\"}}"']]],
    ['${{ {"a": {"b": 1}} }}', [['{"a": {"b": 1}}']]],
    ['${{ {"a": {}}}}', [['{"a": {}}']]],
    ['{{x}} $(x) ${x} $ {{ }} }}', ['{{x}} $(x) ${x} $ {{ }} }}']],
    ['${{ }}', [['']]],
    ['a$', ['a$']],
    ['${{a}}$${{b}}', [['a'], '${{b}}']],
  ])('%j is cut into its parts', (text, parts) => expect(cut(text)).toEqual(parts))

  test.each([
    ['${{ a', 0],
    ['xy${{ "}}" ', 2],
    ['${{ a }} ${{ {a }', 9],
    ['$${{ ok ${{ "open }}', 8],
  ])('%j has an expression that does not end', (text, offset) => {
    expect(splitTemplate(text)).toEqual({
      ok: false,
      offset,
      message: 'an expression that begins with ${{ does not end: add }}',
    })
  })

  test('names the place of each expression in it', () => {
    const split = splitTemplate('ab${{  x }}$${{${{y}}')
    const offsets = split.ok ? split.parts.flatMap((part) => (part.kind === 'expression' ? [part.offset] : [])) : []
    expect(offsets).toEqual([5, 18])
  })

  test('without the three signs is itself, and with each of them escaped too', () => {
    const texts = fc
      .array(fc.constantFrom('$', '{', '}', '{{', '}}', '${{', 'a', '"', "'", '\\', ' '))
      .map((it) => it.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        if (!text.includes('${{')) expect(cut(text)).toEqual([text])
        // a $ in front of ${{ would escape it, so there the meaning of the text is another
        if (!text.includes('$${{')) expect(cut(text.replaceAll('${{', () => '$${{'))).toEqual([text])
      }),
    )
  })
})
