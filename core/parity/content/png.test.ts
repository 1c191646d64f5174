import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentOf } from './content.ts'
import { pngOf } from './png-fixture.ts'
import { pngDifference } from './png.ts'

const RGB = { width: 2, height: 2, depth: 8, colour: 2 }
const ROWS = [Buffer.from([255, 0, 0, 0, 255, 0]), Buffer.from([0, 0, 255, 9, 9, 9])]
const OTHER = [ROWS[0] ?? Buffer.alloc(0), Buffer.from([0, 0, 255, 9, 8, 9])]

const differ = (a: Buffer, b: Buffer) => pngDifference({ a: contentOf(a), b: contentOf(b) })

describe('two PNG images', () => {
  test('differ in their first pixel, and in how many', async () => {
    expect(await differ(pngOf(RGB, ROWS), pngOf(RGB, OTHER))).toEqual({
      format: 'png',
      place: 'pixel 1, 1',
      a: 'rgb 9 9 9',
      b: 'rgb 9 8 9',
      words: '1 of 4 pixels differ, first pixel 1, 1: rgb 9 9 9 and rgb 9 8 9',
    })
  })

  test('of other sizes, kinds or palettes differ in these', async () => {
    const taller = { ...RGB, height: 3 }
    const size = await differ(pngOf(RGB, ROWS), pngOf(taller, [...ROWS, Buffer.alloc(6)]))
    expect(size?.words).toBe('size of the image: 2 × 2 and 2 × 3')
    const grey = { width: 2, height: 2, depth: 8, colour: 0 }
    const kind = await differ(pngOf(RGB, ROWS), pngOf(grey, [Buffer.alloc(2), Buffer.alloc(2)]))
    expect(kind?.words).toBe('kind of pixels: RGB, 8 bits and grey, 8 bits')
    const indexed = { width: 1, height: 1, depth: 8, colour: 3 }
    const [red, blue] = [Buffer.from([255, 0, 0]), Buffer.from([0, 0, 255])]
    const one = pngOf(indexed, [Buffer.from([0])], { palette: red })
    const palette = await differ(one, pngOf(indexed, [Buffer.from([0])], { palette: blue }))
    expect(palette?.words).toBe('palette: ff0000 and 0000ff')
  })

  test('of other transparent colours differ in these', async () => {
    const indexed = { width: 1, height: 1, depth: 8, colour: 3 }
    const of = (transparency?: Buffer) =>
      pngOf(indexed, [Buffer.from([0])], { palette: Buffer.from([255, 0, 0]), ...(transparency && { transparency }) })
    const found = await differ(of(Buffer.from([0])), of(Buffer.from([128])))
    expect(found?.words).toBe('transparency: 00 and 80')
    expect((await differ(of(), of(Buffer.from([128]))))?.words).toBe('transparency: an empty text and 80')
  })

  test('with the same pixels differ in how they are kept', async () => {
    const found = await differ(pngOf(RGB, ROWS, { level: 0 }), pngOf(RGB, ROWS, { level: 9, note: 'made today' }))
    expect(found?.words).toContain('the same pixels')
  })

  test('of less than a byte a sample, and of two, are read too', async () => {
    const bits = { width: 9, height: 1, depth: 1, colour: 0 }
    const found = await differ(pngOf(bits, [Buffer.from([0xff, 0x80])]), pngOf(bits, [Buffer.from([0xff, 0x00])]))
    expect(found?.words).toBe('1 of 9 pixels differ, first pixel 8, 0: grey 1 and grey 0')
    const deep = { width: 1, height: 1, depth: 16, colour: 0 }
    const wide = await differ(pngOf(deep, [Buffer.from([1, 0])]), pngOf(deep, [Buffer.from([1, 1])]))
    expect(wide?.words).toBe('1 of 1 pixels differ, first pixel 0, 0: grey 256 and grey 257')
  })

  test.each([
    ['interlaced', pngOf(RGB, ROWS, { isInterlaced: true })],
    ['cut', pngOf(RGB, ROWS).subarray(0, -20)],
    ['without data', pngOf(RGB, [])],
    ['of a depth that there is not', pngOf({ ...RGB, depth: 3 }, ROWS)],
    ['no PNG', Buffer.from('not an image, and long enough to be looked at as one')],
  ])('are not read where one is %s', async (_, bytes) => {
    expect(await differ(pngOf(RGB, OTHER), bytes)).toBeUndefined()
  })

  test('say the same whatever filters their rows have', async () => {
    const filter = fc.integer({ min: 0, max: 4 })
    const sample = fc.integer({ min: 0, max: 255 })
    const row = fc.array(sample, { minLength: 12, maxLength: 12 })
    const rows = fc.array(row, { minLength: 3, maxLength: 3 })
    const filters = fc.array(filter, { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(rows, filters, filters, async (values, one, other) => {
        const header = { width: 4, height: 3, depth: 8, colour: 2 }
        const lines = values.map((it) => Buffer.from(it))
        const [a, b] = [pngOf(header, lines, { filters: one }), pngOf(header, lines, { filters: other })]
        expect((await differ(a, b))?.place).toBe('file')
      }),
    )
  })

  test('that are damaged anywhere are told or left to be compared as bytes, never thrown at', async () => {
    const whole = pngOf(RGB, ROWS)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ change
        await differ(whole, damaged)
      }),
    )
  })
})
