import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  currentOf,
  entriesOf,
  KEPT_VERSIONS,
  parseHistory,
  hasVersion,
  withoutDropped,
  withoutVersions,
  withPush,
  withUndo,
  type HistoryEntry,
  type PushHistory,
} from './push-history.ts'

const entry = (template: string): HistoryEntry => {
  return { template, pipelineDigest: 'a'.repeat(64), pushedBy: 'ada@laptop', pushedAt: '2026-11-27T12:00:00.000Z' }
}

/** What a person sees after pushes (a name) and undos (`<`). */
function played(moves: readonly string[]): PushHistory | undefined {
  let history: PushHistory | undefined
  const all = new Set(moves)
  for (const move of moves) {
    if (move === '-') history = withoutVersions(history, ['half'])
    else if (move !== '<') history = withPush(history, entry(move))
    else if (history !== undefined) history = withUndo(history, all) ?? history
  }
  return history
}

const shown = (history: PushHistory | undefined): string =>
  history === undefined
    ? ''
    : `${history.entries.map(({ template }, at) => (at === history.current ? `${template}*` : template)).join(' ')} | ${history.dropped.join(' ')}`

describe('the history of pushes', () => {
  test.each([
    [['a'], 'a* | '],
    [['a', 'a'], 'a* | '],
    [['a', 'b'], 'a b* | '],
    [['a', 'b', '<'], 'a* b | '],
    [['a', 'b', '<', '<'], 'a* b | '],
    [['a', 'b', '<', 'a'], 'a* b | '],
    [['a', 'b', '<', 'b'], 'a b* | '],
    [['a', 'b', '<', 'c'], 'a c* | b'],
    [['a', 'b', '<', 'c', 'b'], 'a c b* | '],
    [['a', 'b', 'a'], 'a b a* | '],
    [['a', 'b', 'a', '<'], 'a b* a | '],
    [['a', 'b', '-'], ' | a b half'],
    [['a', 'b', '-', '-'], ' | a b half'],
    [['a', 'b', '-', 'a'], 'a* | b half'],
    [['a', 'b', '-', '<'], ' | a b half'],
    ['abcdefghijk'.split(''), 'b c d e f g h i j k* | a'],
    ['abcdefghijkla'.split(''), 'd e f g h i j k l a* | b c'],
  ])('after %j', (moves, expected) => {
    expect(shown(played(moves))).toBe(expected)
  })

  test('forgets what was removed', () => {
    const history = played(['a', 'b', '<', 'c'])
    if (history === undefined) throw new Error('no history')
    expect(shown(withoutDropped(history, ['b']))).toBe('a c* | ')
    expect(withoutDropped(history, ['x'])).toBe(history)
    expect(entriesOf('wine', history).map(({ template, isCurrent }) => [template, isCurrent])).toEqual([
      ['c', true],
      ['a', false],
    ])
  })

  test('goes back over what is gone', () => {
    const history = played(['a', 'b', 'c'])
    if (history === undefined) throw new Error('no history')
    expect(shown(withUndo(history, new Set(['a', 'c'])))).toBe('a* b c | ')
    expect(withUndo(history, new Set(['c']))).toBeUndefined()
    expect([hasVersion(history, 'a'), hasVersion(history, 'x'), hasVersion(undefined, 'a')]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('is read as it was written, whatever was pushed, and never names what it is about to remove', () => {
    const moves = fc.array(fc.constantFrom(...'abcdefghijklmno<<-'.split('')), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(moves, (all) => {
        const history = played(all)
        if (history === undefined) return
        expect(parseHistory(JSON.stringify(history))).toEqual(history)
        expect(history.entries.length).toBeLessThanOrEqual(KEPT_VERSIONS)
        expect(currentOf(history)).toBe(history.entries[history.current])
        expect(history.dropped.filter((it) => history.entries.some(({ template }) => template === it))).toEqual([])
        const pushed = new Set(all.filter((move) => move !== '<').map((move) => (move === '-' ? 'half' : move)))
        const known = [...history.entries.map(({ template }) => template), ...history.dropped]
        expect(new Set(known)).toEqual(pushed)
      }),
    )
  })

  const good = { version: 1, entries: [entry('a')], current: 0, dropped: [] }
  test.each([
    ['', undefined],
    ['{', undefined],
    ['[]', undefined],
    [JSON.stringify({ ...good, version: 2 }), undefined],
    [JSON.stringify({ ...good, current: 1 }), undefined],
    [JSON.stringify({ ...good, current: -1 }), undefined],
    [JSON.stringify({ ...good, entries: [], current: 1 }), undefined],
    [JSON.stringify({ ...good, entries: [] }), { ...good, entries: [] }],
    [JSON.stringify({ ...good, entries: [{ ...entry('a'), template: 'A/../b' }] }), undefined],
    [JSON.stringify({ ...good, more: 1 }), undefined],
    [JSON.stringify(good), good],
  ])('is read where it is whole, and not from %s', (text, expected) => {
    expect(parseHistory(text)).toEqual(expected)
  })

  test('is read from any text without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseHistory(text)).toBeUndefined()
      }),
    )
  })
})
