import { describe, expect, test } from 'vitest'
import { colouredLine, columns, cutText, plainText, textWidth } from './text.ts'

describe('texts on a terminal', () => {
  test('wide characters take two columns, combining ones none', () => {
    expect([textWidth('abc'), textWidth('失敗'), textWidth('e\u0301'), textWidth('🍷')]).toEqual([3, 4, 1, 2])
  })

  test('a cut text ends in … and never is wider than asked', () => {
    expect([cutText('abcdef', 6), cutText('abcdef', 5), cutText('失敗した', 4), cutText('abc', 0)]).toEqual([
      'abcdef',
      'abcd…',
      '失…',
      '',
    ])
  })

  test('escape sequences and control characters do not reach a terminal', () => {
    expect(plainText('a\u001b]0;title\u0007b\u001b[2J\nc\r')).toBe('ab c')
    expect(colouredLine('\u001b[31mred\u001b[0m \u001b[2Jgone\u001b]52;c;aaaa\u0007\tend')).toBe(
      '\u001b[31mred\u001b[0m gone\tend\u001b[0m',
    )
    expect(colouredLine('plain')).toBe('plain')
  })

  test('columns are aligned and lines have no trailing spaces', () => {
    expect(
      columns([
        ['A', 'BB', 'C'],
        ['失敗', 'x', ''],
      ]),
    ).toBe('A     BB  C\n失敗  x\n')
  })
})
