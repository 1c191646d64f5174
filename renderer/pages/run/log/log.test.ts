import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { plainText, segmentsOf } from './ansi.ts'
import { createLineStore, LINE_LIMIT, type LineStore } from './line-store.ts'
import { logReader } from './log-reader.ts'
import { markSegments } from './marked.ts'
import { patternOf, rangesIn, searchOf } from './search.ts'
import { slowness } from './slow-pattern.ts'

const ESC = '\u001B'
const row = (text: string, stream: 'stdout' | 'stderr' = 'stdout') => ({
  time: '2026-11-01T12:00:00.000Z',
  stream,
  late: false,
  text,
})
const pattern = (text: string, isRegex = false, isCaseSensitive = false): RegExp => {
  const read = patternOf({ text, isRegex, isCaseSensitive })
  if (read === undefined || 'fault' in read) throw new Error('no pattern')
  return read.pattern
}

describe('colours', () => {
  test('of the terminal become pieces', () => {
    expect(segmentsOf(`a${ESC}[31mb${ESC}[1mc${ESC}[0md`)).toEqual([
      { text: 'a' },
      { text: 'b', colour: 'red' },
      { text: 'c', colour: 'red', isBold: true },
      { text: 'd' },
    ])
    expect(segmentsOf(`${ESC}[7;32mx`)).toEqual([{ text: 'x', background: 'green' }])
    expect(segmentsOf(`${ESC}[38;5;208mx`)).toEqual([{ text: 'x', colour: 'yellow' }])
    expect(segmentsOf(`${ESC}[38;2;10;10;250mx`)).toEqual([{ text: 'x', colour: 'blue' }])
    expect(segmentsOf(`${ESC}[37mx`)).toEqual([{ text: 'x' }])
  })
  test('links, titles and movements of the cursor vanish', () => {
    const link = `${ESC}]8;;http://example.org${ESC}\\text${ESC}]8;;${ESC}\\ ${ESC}[2Kend${ESC}[?25l`
    expect(segmentsOf(link)).toEqual([{ text: 'text end' }])
    expect(plainText(link)).toBe('text end')
  })
  test('lose no character of the text, whatever it is', () => {
    const piece = fc.constantFrom(
      ESC,
      '[',
      ']',
      '31',
      ';',
      'm',
      'K',
      '1;38;5;200m',
      '\u0007',
      '\\',
      'text',
      '<b>',
      '7',
      '?',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('')
        const joined = segmentsOf(text)
          .map((it) => it.text)
          .join('')
        expect(joined).toBe(plainText(text))
        expect(joined).not.toContain(ESC)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('marks', () => {
  test('cut the pieces and lose nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ab]{1,5}$/), { maxLength: 6 }),
        fc.stringMatching(/^[ab]{1,3}$/),
        (texts, wanted) => {
          const segments = texts.map((text) => ({ text }))
          const whole = texts.join('')
          const ranges = rangesIn(pattern(wanted), whole)
          const marked = markSegments(segments, ranges)
          expect(marked.map((it) => it.text).join('')).toBe(whole)
          const size = marked.filter((it) => it.isMarked === true).reduce((sum, it) => sum + it.text.length, 0)
          expect(size).toBe(ranges.length * wanted.length)
        },
      ),
    )
  })
  test('are plain text unless a regular expression is asked for', () => {
    expect(rangesIn(pattern('a.c'), 'abc a.c')).toEqual([{ start: 4, end: 7 }])
    expect(rangesIn(pattern('a.c', true), 'abc a.c')).toHaveLength(2)
    expect(rangesIn(pattern('x*', true), 'abc')).toEqual([])
    expect(rangesIn(pattern('Ä', false), 'ä Ä')).toHaveLength(2)
    expect(rangesIn(pattern('A', false, true), 'a A')).toHaveLength(1)
    expect(patternOf({ text: '(', isRegex: true, isCaseSensitive: false })).toHaveProperty('fault')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        expect(rangesIn(pattern(text, false, true), `<${text}>`).length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('the lines', () => {
  test('are kept up to a number; older ones go and the others keep their numbers', () => {
    const store = createLineStore({ lines: 100, characters: 1_000_000 })
    for (let at = 0; at < 250; at += 1) store.append([row(`line ${at}`, at % 2 === 0 ? 'stdout' : 'stderr')])
    expect(store.end()).toBe(250)
    expect(store.end() - store.first()).toBeLessThanOrEqual(100)
    expect(store.line(249)?.text).toBe('line 249')
    expect(store.line(store.first() - 1)).toBeUndefined()
    const last = store.count('stderr') - 1
    expect(store.numberAt('stderr', last)).toBe(249)
    expect(store.indexOf('stderr', 249)).toBe(last)
    expect(store.gone('all')).toBe(store.first())
    for (const filter of ['stdout', 'stderr'] as const) expect(store.gone(filter) + store.count(filter)).toBe(125)
    expect(store.count('stdout') + store.count('stderr')).toBe(store.count('all'))
  })
  test('are bounded in characters too, and long ones are cut', () => {
    const store = createLineStore({ lines: 100, characters: 3 * LINE_LIMIT })
    for (let at = 0; at < 10; at += 1) store.append([row('x'.repeat(1_000_000))])
    expect(store.count('all')).toBeLessThanOrEqual(3)
    expect(store.line(9)).toMatchObject({ cutFrom: 1_000_000, text: 'x'.repeat(LINE_LIMIT) })
  })
  test('that were written over show their last state', () => {
    const store = createLineStore()
    store.append([row('10 %\r50 %\r100 %\r'), row('plain\r')])
    expect([store.line(0)?.text, store.line(1)?.text]).toEqual(['100 %', 'plain'])
  })
})

describe('a log that is read', () => {
  const address = { run: 'r', step: 's', item: null, attempt: 1 }
  const read = (sizes: readonly number[], isTail: boolean) => {
    const told: boolean[] = []
    async function* followLog() {
      let next = isTail ? 5_000_000 : 0
      for (const size of sizes) {
        next += size
        yield { lines: [row('tick')], next, end: false, attempt: 1 }
        told.push(reader.read().isCatchingUp)
      }
      await new Promise(() => undefined)
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one operation that is called
    const client = { followLog } as unknown as Parameters<typeof logReader>[0]
    const reader = logReader(client, address, isTail)
    onTestFinished(reader.start())
    return told
  }
  test('has caught up with the first page that is not full, however much is written after it', async () => {
    const told = read([262_000, 261_000, 300, 40, 40], false)
    await expect.poll(() => told).toEqual([true, true, false, false, false])
    // Of the end of a log it is not known where the first page began.
    const ofTail = read([262_000, 262_000, 40], true)
    await expect.poll(() => ofTail).toEqual([true, true, false])
  })
})

describe('search', () => {
  const done = async (store: LineStore, wanted: RegExp, filter: 'all' | 'stderr' = 'all') => {
    const search = searchOf(store, { pattern: wanted, filter })
    onTestFinished(search.start())
    await expect.poll(() => search.read().isDone).toBe(true)
    return search
  }
  test('finds lines, of a stream, and goes on with those that come', async () => {
    const store = createLineStore()
    store.append(Array.from({ length: 1_000 }, (_, at) => row(`line ${at}`, at % 2 === 0 ? 'stdout' : 'stderr')))
    const all = await done(store, pattern('99'))
    expect(all.read().matches).toHaveLength(19)
    expect((await done(store, pattern('99'), 'stderr')).read().matches).toHaveLength(14)
    store.append([row('1099')])
    await expect.poll(() => all.read().matches.at(-1)).toBe(1_000)
  })
  test('forgets what is no longer kept', async () => {
    const store = createLineStore({ lines: 10, characters: 1_000 })
    store.append(Array.from({ length: 10 }, () => row('hit')))
    const search = await done(store, pattern('hit'))
    store.append(Array.from({ length: 8 }, () => row('miss')))
    await expect.poll(() => search.read().matches[0]).toBe(store.first())
    store.clear()
    await expect.poll(() => search.read()).toEqual({ matches: [], isDone: true, isTooSlow: false, skipped: 0 })
  })
  test('looks at the text, not at the colours', async () => {
    const store = createLineStore()
    store.append([row(`${ESC}[31mred${ESC}[0mdish`)])
    expect((await done(store, pattern('reddish'))).read().matches).toEqual([0])
    expect((await done(store, pattern('31'))).read().matches).toEqual([])
  })
  test('gives up at a line that takes for ever', async () => {
    const store = createLineStore()
    store.append(Array.from({ length: 5 }, () => row('hit')))
    let time = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 1_500))
    onTestFinished(() => clock.mockRestore())
    const search = searchOf(store, { pattern: pattern('hit'), filter: 'all' })
    const ended = Promise.withResolvers<void>()
    search.subscribe(ended.resolve)
    onTestFinished(search.start())
    await ended.promise
    expect(search.read()).toEqual({ matches: [0], isDone: true, isTooSlow: true, skipped: 0 })
  })
  test('leaves out lines that are too long for the pattern, and counts them', async () => {
    const store = createLineStore()
    store.append([row('x'.repeat(4_000)), row('a x b x c y'), row('x'.repeat(900))])
    const search = await done(store, pattern('.*x.*y', true))
    expect(search.read()).toMatchObject({ matches: [1], skipped: 1 })
    expect((await done(store, pattern('x.*x', true))).read()).toMatchObject({ matches: [0, 1, 2], skipped: 0 })
  })
  test('refuses what would hang the page, and nothing else', () => {
    const isRefused = (text: string) => 'fault' in (patternOf({ text, isRegex: true, isCaseSensitive: false }) ?? {})
    for (const slow of [
      '(a+)+$',
      '(?:a|a)*b',
      '((a)*b)+',
      '(a*){20}',
      '((x|y))+',
      '(a{1,3})+',
      '(a?a?)+',
      '(a?){50}',
      '.*.*.*.*x',
      '[^x]*.+.*.*y',
    ])
      expect([slow, isRefused(slow)]).toEqual([slow, true])
    const good = [
      '(ab)+',
      String.raw`(\d{1,3}\.){3}\d+`,
      '(a|b){2}',
      '(a+)?',
      'a+?b*?',
      'a{3}',
      '(a|b)c+',
      '[(]+[+)*]+',
      String.raw`\(a+\)+`,
      'error.*time.*out',
      '(a+)b',
      '(a?)',
      '((a))+',
    ]
    for (const quick of good) expect([quick, isRefused(quick)]).toEqual([quick, false])
    expect(patternOf({ text: '(a+)+$', isRegex: false, isCaseSensitive: false })).toHaveProperty('pattern')
    fc.assert(fc.property(fc.string(), (text) => void slowness(text)))
  })
})
