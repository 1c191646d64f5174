import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '#core/base/json.ts'
import { contentKind } from './content-kind.ts'
import { hexLines } from './hex.ts'
import { findInJson, firstOpen, jsonRows } from './json-rows.ts'
import { loadContent } from './load-content.ts'
import { readJson } from './read-json.ts'
import { readTable } from './read-table.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const signal = new AbortController().signal

describe('what a file is', () => {
  test('is told by its first bytes before its name', () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0)
    expect(contentKind('report.txt', png)).toEqual({ kind: 'image', type: 'image/png' })
    expect(contentKind('data.csv', Uint8Array.of(1, 0, 2))).toEqual({ kind: 'hex' })
    expect(contentKind('a.png', bytes('no picture'))).toEqual({ kind: 'text' })
    expect(contentKind('', bytes('<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="">'))).toMatchObject({
      type: 'image/svg+xml',
    })
  })
  test('is told at once, however many comments it begins with', () => {
    const comments = '<!-- a -->'.repeat(400)
    expect(contentKind('a', bytes(`${comments}<svg>`))).toMatchObject({ type: 'image/svg+xml' })
    expect(contentKind('a.html', bytes(`${comments}<html>`))).toEqual({ kind: 'text' })
  })
  test('is told by its name where the bytes are text', () => {
    expect(contentKind('a.CSV', bytes('x'))).toEqual({ kind: 'table', delimiter: ',' })
    expect(contentKind('a.tsv', bytes('x'))).toEqual({ kind: 'table', delimiter: '\t' })
    expect(contentKind('a/b.json', bytes('nonsense'))).toEqual({ kind: 'json' })
    expect(contentKind('a.log', bytes('{"a": 1}'))).toEqual({ kind: 'text' })
  })
  test('is guessed where an output has no ending', () => {
    expect(contentKind('model', bytes(' {"a": 1}'))).toEqual({ kind: 'json' })
    expect(contentKind('rows', bytes('a,b\n1,"2,3"\n4,5\n'))).toEqual({ kind: 'table', delimiter: ',' })
    expect(contentKind('rows', bytes('Dear all,\nhello\n'))).toEqual({ kind: 'text' })
  })
  test('is text although the end cuts a character', () => {
    expect(contentKind('a', bytes('grün').subarray(0, 3))).toEqual({ kind: 'text' })
  })
})

describe('tables', () => {
  test('have quotes, line breaks in cells and uneven rows', async () => {
    const text = 'name,note\nada,"one, ""two""\nthree"\nbob,x,extra\n'
    expect(await readTable(text, { delimiter: ',', isPart: false, signal })).toEqual({
      header: ['name', 'note', ''],
      rows: [
        ['ada', 'one, "two"\nthree'],
        ['bob', 'x', 'extra'],
      ],
      note: '',
      isCut: false,
    })
  })
  test('that are wide in a late row show its cells too; too many columns are told of', async () => {
    const late = await readTable(`a\n${'1\n'.repeat(500)}2,3\n`, { delimiter: ',', isPart: false, signal })
    expect([late.header, late.rows.at(-1)]).toEqual([
      ['a', ''],
      ['2', '3'],
    ])
    const wide = await readTable(','.repeat(300_000), { delimiter: ',', isPart: false, signal })
    expect(wide.header).toHaveLength(200)
    expect(wide.note).toMatch(/^Only the first 200 of 300.001 columns are shown\.$/)
  })
  test('with a byte order mark, CRLF and a quote that is not closed are read, and the quote is told of', async () => {
    const read = (text: string) => readTable(text, { delimiter: ',', isPart: false, signal })
    expect(await read('a,b\r\n1,2\r\n')).toMatchObject({ header: ['a', 'b'], rows: [['1', '2']], note: '' })
    expect((await read('a,b\n1,"2\n3,4\n')).note).toContain('quote')
  })
  test('of many pieces lose no row; the last of a part is left out', async () => {
    const text = `id\tvalue\n${Array.from({ length: 50_000 }, (_, at) => `${at}\tvalue ${at}\n`).join('')}`
    const whole = await readTable(text, { delimiter: '\t', isPart: false, signal })
    expect(whole.rows).toHaveLength(50_000)
    expect(whole.rows[49_999]).toEqual(['49999', 'value 49999'])
    const part = await readTable(text.slice(0, 500_003), { delimiter: '\t', isPart: true, signal })
    expect(part.isCut).toBe(true)
    for (const [at, row] of part.rows.entries()) expect(row).toEqual([String(at), `value ${at}`])
  })
  test('are given up by a signal', async () => {
    const gone = AbortSignal.abort(new Error('gone'))
    await expect(readTable('a,b\n1,2\n', { delimiter: ',', isPart: false, signal: gone })).rejects.toThrow('gone')
  })
})

describe('JSON', () => {
  const value: Json = { model: { depth: 4, 'a/b': [1, 'two', null] }, empty: {} }
  test('is shown line by line', () => {
    expect(jsonRows(value, () => true).map((row) => `${row.pointer}=${row.text}`)).toEqual([
      '=',
      '/model=',
      '/model/depth=4',
      '/model/a~1b=',
      '/model/a~1b/0=1',
      '/model/a~1b/1="two"',
      '/model/a~1b/2=null',
      '/empty=',
    ])
    expect(jsonRows(value, (pointer) => pointer === '')).toHaveLength(3)
  })
  test('opens what a search finds', () => {
    const { hits, open } = findInJson(value, 'TWO')
    expect(hits).toEqual(['/model/a~1b/1'])
    const shown = jsonRows(value, (pointer) => open.has(pointer)).map((row) => row.pointer)
    expect(shown).toContain('/model/a~1b/1')
  })
  test('shows the digits that its file has', () => {
    const rows = (text: string) => jsonRows(readJson(text), () => true).map((row) => row.text)
    const numbers = ['9007199254740993', '1e400', '-1E-400', '0.12345678901234567890', '1.5e3', '-0.5', '12']
    expect(rows(`[${numbers.join(',')}]`).slice(1)).toEqual([...numbers.slice(0, 4), '1500', '-0.5', '12'])
    expect(rows('{"__proto__": {"id": 12345678901234567891}}')).toEqual(['', '', '12345678901234567891'])
    expect(() => readJson('[12345678901234567891,]')).toThrow(SyntaxError)
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const text = JSON.stringify(json)
        expect(readJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })
  test('that is nested for ever is shown to a depth that can be looked at', () => {
    const depth = 50_000
    const deep = readJson(`${'['.repeat(depth)}12345678901234567891${']'.repeat(depth)}`)
    const rows = jsonRows(deep, () => true)
    expect(rows).toHaveLength(501)
    expect(rows.at(-1)).toMatchObject({ size: null, text: expect.stringContaining('deeper') })
  })
  test('that is large is opened in its upper levels only', () => {
    const large: Json = Array.from({ length: 1_000 }, (_, at) => ({ at }))
    const open = firstOpen(large)
    expect(jsonRows(large, (pointer) => open.has(pointer))).toHaveLength(1_001)
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const all = jsonRows(json as Json, () => true)
        expect(new Set(all.map((row) => row.pointer)).size).toBe(all.length)
      }),
    )
  })
})

test('bytes are written as hexdump does', () => {
  expect(hexLines(bytes('Mini-Submarine 1\n'))).toEqual([
    '00000000  4d 69 6e 69 2d 53 75 62  6d 61 72 69 6e 65 20 31  |Mini-Submarine 1|',
    `00000010  0a${' '.repeat(21)}  ${' '.repeat(23)}  |.|`,
  ])
})

describe('content', () => {
  const load = (name: string, content: string | Uint8Array) => {
    const whole = typeof content === 'string' ? bytes(content) : content
    const read = async ({ start, end }: { start: number; end: number }) => new Response(whole.slice(start, end + 1))
    return loadContent({ name, size: whole.length, read }, new AbortController().signal)
  }
  test('that is long is cut, and says so', async () => {
    const long = await load('a.txt', 'line\n'.repeat(400_000))
    expect(long).toMatchObject({ kind: 'text', isCut: true })
    expect(long.kind === 'text' && long.text.length).toBe(2 ** 20)
    expect(await load('a.txt', '')).toMatchObject({ kind: 'text', text: '', isCut: false })
  })
  test('of JSON is a tree; broken or too long it is text', async () => {
    expect(await load('a.json', '{"a": 1}')).toMatchObject({ kind: 'json', value: { a: 1 } })
    expect(await load('a.json', '{')).toMatchObject({ kind: 'text', note: expect.stringContaining('not valid JSON') })
    const long = await load('a.json', JSON.stringify('x'.repeat(5 * 2 ** 20)))
    expect(long).toMatchObject({ kind: 'text', isCut: true, note: expect.stringContaining('too large') })
  })
  test('of a table beyond the first piece is read further', async () => {
    const rows = await load('a.csv', `id,value\n${'1,2\n'.repeat(400_000)}`)
    expect(rows.kind === 'table' && rows.table.rows).toHaveLength(200_000)
    expect(rows.isCut).toBe(true)
  })
})
