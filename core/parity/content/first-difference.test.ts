import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHUNK, contentOf, firstByte, openContent, partOf } from './content.ts'
import { firstDifference } from './first-difference.ts'
import { firstJson } from './json.ts'
import { onnxOf } from './onnx-fixture.ts'
import { pngOf } from './png-fixture.ts'

const pair = (a: string | Buffer, b: string | Buffer) => ({
  a: contentOf(Buffer.from(a)),
  b: contentOf(Buffer.from(b)),
})
const words = async (a: string | Buffer, b: string | Buffer, name = ''): Promise<string | undefined> =>
  (await firstDifference(pair(a, b), name))?.words

const NUMBERS = 'line 1, column 16: 9007199254740993 and 9007199254740992'
const SAME_JSON = 'the same values, written differently: spaces, the order of keys, or how numbers are spelled'

describe('the first difference', () => {
  test.each<[string, string, string, string, string]>([
    ['texts', 'one\ntwo\nthree\n', 'one\ntwo\nfour!\n', '', 'line 3, column 1: three and four!'],
    ['texts within a line', 'the cat\n', 'the car\n', '', 'line 1, column 7: the cat and the car'],
    ['texts of which one goes on', 'one\n', 'one\ntwo\n', '', 'line 2, column 1: nothing and two'],
    ['ends of lines', 'one\r\ntwo', 'one\ntwo', 'a.txt', 'line 1, column 4: one\\r and one\\n'],
    ['characters beyond ASCII', 'äöü\n', 'äöx\n', '', 'line 1, column 3: äöü and äöx'],
    ['values of JSON', '{"a": [1, 2], "b": "x"}', '{"b": "x", "a": [1, 3]}', '', '$.a[1]: 2 and 3'],
    ['a key that one lacks', '{"a": 1}', '{"a": 1, "b c": null}', 'm.json', '$["b c"]: nothing and null'],
    ['the same values of JSON', '{"a": 1}', '{ "a": 1.0 }', '', SAME_JSON],
    ['half a character in JSON', '{"a": "\\ud800"}', '{"a": "x"}', '', '$.a: "\\ud800" and "x"'],
    ['a number beyond all in JSON', '[1e400]', '[[1e400, 1]]', '', '$[0]: Infinity and ["Infinity",1]'],
    ['numbers that are read as one', '9007199254740993', '9007199254740992', '', NUMBERS],
    ['a key that JSON has twice', '{"a":1,"a":2}', '{"a":2}', '', 'line 1, column 6: {"a":1,"a":2} and {"a":2}'],
    ['what only looks like JSON', '{not json}', '{nor this}', '', 'line 1, column 4: {not json} and {nor this}'],
    ['a cell', 'id,score\n1,0.5\n2,0.25\n', 'id,score\n1,0.5\n2,0.75\n', '', 'row 2, column score: 0.25 and 0.75'],
    [
      'a cell in quotes',
      'id,note\n1,"a, ""b"""\n',
      'id,note\n1,"a, ""c"""\n',
      'x.csv',
      'row 1, column note: a, "b" and a, "c"',
    ],
    ['a line in quotes', 'id,note\n1,"a\nb"\n2,c\n', 'id,note\n1,"a\nb"\n2,d\n', '', 'row 2, column note: c and d'],
    ['more rows', 'id,n\n1,2\n', 'id,n\n1,2\n3,4\n', '', 'row 2, column id: nothing and 3'],
    ['the header', 'id,n\n1,2\n', 'id,m\n1,2\n', '', 'header, column 2: n and m'],
    ['a table of tabs', 'a\tb\n1\t2\n', 'a\tb\n1\t3\n', '', 'row 1, column b: 2 and 3'],
    ['bytes', '\u0000\u0001', '\u0000\u0002', '', 'byte 1: 01 and 02'],
  ])('of %s', async (_, a, b, name, expected) => {
    expect(await words(a, b, name)).toBe(expected)
  })

  test('of models and images is told in their terms', async () => {
    const weights = (value: number) => ({ initializers: { W: { shape: [1], values: [value] } } })
    expect(await words(onnxOf(weights(1)), onnxOf(weights(2)))).toBe('initializer W[0]: 1 and 2')
    const grey = { width: 1, height: 1, depth: 8, colour: 0 }
    const image = (value: number) => pngOf(grey, [Buffer.from([value])])
    expect(await words(image(1), image(2))).toBe('1 of 1 pixels differ, first pixel 0, 0: grey 1 and grey 2')
    const odd = pngOf(grey, [Buffer.from([1])], { isInterlaced: true })
    expect(await words(odd, Buffer.concat([odd, Buffer.from([0])]))).toMatch(/^byte \d+: nothing and 00$/)
  })

  test('is none of equal contents', async () => {
    expect(await firstDifference(pair('same\n', 'same\n'), '')).toBeUndefined()
  })

  test('of values that go on is shown from shortly before it', async () => {
    const values = ['a', 'b'].map((it) => `[${JSON.stringify('x'.repeat(1000) + it)}]`)
    const rest = 'x'.repeat(40)
    expect(await words(values[0] ?? '', values[1] ?? '')).toBe(`$[0]: …${rest}a" and …${rest}b"`)
  })

  test('of cells that are alike as far as they are read is that of the text', async () => {
    const [a, b] = ['1', '2'].map((it) => `id,note\n1,${'x'.repeat(5000)}${it}\n`)
    expect(await words(a ?? '', b ?? '', 'a.csv')).toMatch(/^line 2, column 5003: …x+1 and …x+2$/)
  })

  test('of large files of JSON is that of their texts', async () => {
    const [a, b] = ['1', '2'].map((it) => `["${'x'.repeat(1024 * 1024)}",${it}]`)
    expect((await firstDifference(pair(a ?? '', b ?? ''), 'a.json'))?.format).toBe('text')
  })

  test('deep within JSON has a place that can be shown', async () => {
    const deep = (value: number) => `${'['.repeat(50_000)}${value}${']'.repeat(50_000)}`
    const found = await firstDifference(pair(deep(1), deep(2)), 'a.json')
    expect([found?.a, found?.b, found?.place.length]).toEqual(['1', '2', 161])
  })

  test('is found far behind in a file, by its line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'minisub-parity-'))
    const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}`)
    writeFileSync(join(folder, 'a'), lines.join('\n'))
    writeFileSync(join(folder, 'b'), lines.with(199_990, 'another').join('\n'))
    {
      await using a = await openContent(join(folder, 'a'))
      await using b = await openContent(join(folder, 'b'))
      const found = await firstDifference({ a, b }, 'a.txt')
      expect(found).toMatchObject({ place: 'line 199991, column 1', a: 'line 199990', b: 'another' })
    }
    rmSync(folder, { recursive: true })
  })

  test('is given up by a signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(firstDifference(pair('a', 'b'), '', signal)).rejects.toThrow('enough')
  })
})

describe('the first byte that differs', () => {
  test('is that of a plain search, wherever pieces end', async () => {
    const near = fc.integer({ min: CHUNK - 3, max: CHUNK + 3 })
    const size = fc.oneof(fc.nat(20), near, fc.integer({ min: 2 * CHUNK - 2, max: 2 * CHUNK + 2 }))
    await fc.assert(
      fc.asyncProperty(size, size, fc.option(size), async (one, other, change) => {
        const [a, b] = [Buffer.alloc(one, 7), Buffer.alloc(other, 7)]
        if (change !== null && change < other) b[change] = 8
        const most = Math.max(one, other)
        let expected: number | undefined = 0
        while (expected < most && a[expected] === b[expected]) expected += 1
        if (expected === most) expected = undefined
        expect(await firstByte({ a: contentOf(a), b: contentOf(b) })).toBe(expected)
      }),
      { numRuns: 50 },
    )
  })

  test('may be looked for in parts', async () => {
    const whole = contentOf(Buffer.from('..abc..abd..'))
    const parts = { a: partOf(whole, { start: 2, end: 5 }), b: partOf(whole, { start: 7, end: 10 }) }
    expect(await firstByte(parts)).toBe(2)
  })
})

test('two values of JSON are equal, or have a first difference that is one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const found = firstJson(a as never, b as never)
      const [one, other] = [a, b].map((it) => JSON.stringify(sorted(it)))
      if (found === undefined) expect(one).toBe(other)
      else expect(JSON.stringify(found.a)).not.toBe(JSON.stringify(found.b))
    }),
  )
  expect(firstJson({ a: 0 }, { a: -0 })).toBeUndefined()
})

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, it]) => [key, sorted(it)]),
  )
}
