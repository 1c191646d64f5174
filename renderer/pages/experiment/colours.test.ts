import { describe, expect, test } from 'vitest'
import { colourOf, looksOf, rampOf, type Look } from './colours.ts'

const runs = Array.from({ length: 30 }, (_, at) => ({
  id: `${at.toString(16)}f00d${at}`,
  startedAt: `2026-11-01T12:00:${String(at).padStart(2, '0')}.000Z`,
}))
const text = (look: unknown) => JSON.stringify(look)

test('thirty runs look different', () => {
  const looks = looksOf(runs)
  expect(new Set([...looks.values()].map(text)).size).toBe(30)
})

test('a run keeps its look when later ones come, in whatever order they are given', () => {
  const few = looksOf(runs.slice(0, 10))
  const all = looksOf(runs.toReversed())
  for (const [id, look] of few) expect(text(all.get(id))).toBe(text(look))
})

describe.each([
  ['light', 1],
  ['dark', 0.02],
] as const)('in the %s scheme, colours', (scheme, ground) => {
  const looks = [...looksOf(runs).values()].filter(({ dash }) => dash.length === 0)
  const colours = looks.map((look: Look) => lightOf(colourOf(look, scheme)))

  test('of twelve runs are told apart', () => {
    const apart = colours.flatMap((one, at) => colours.slice(at + 1).map((other) => distance(oklab(one), oklab(other))))
    expect(colours).toHaveLength(12)
    expect(Math.min(...apart)).toBeGreaterThan(0.09)
  })

  test('are seen on their ground, as WCAG wants it of graphics', () => {
    for (const colour of colours) {
      const [dark = 0, bright = 0] = [luminance(colour), ground].toSorted((a, b) => a - b)
      expect((bright + 0.05) / (dark + 0.05)).toBeGreaterThan(3)
    }
  })
})

type Three = readonly [number, number, number]

/** Red, green and blue of an hsl() as shares of light. */
function lightOf(colour: string): Three {
  const [h = 0, s = 0, l = 0] = [...colour.matchAll(/[\d.]+/g)].map(Number)
  const amount = (s / 100) * Math.min(l / 100, 1 - l / 100)
  const channel = (n: number): number => {
    const k = (n + h / 30) % 12
    const shown = l / 100 - amount * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return shown <= 0.040_45 ? shown / 12.92 : ((shown + 0.055) / 1.055) ** 2.4
  }
  return [channel(0), channel(8), channel(4)]
}

const luminance = ([r, g, b]: Three): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** In the space of Björn Ottosson's OKLab, where distances are about as they are seen. */
function oklab([r, g, b]: Three): Three {
  const l = Math.cbrt(0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b)
  const m = Math.cbrt(0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b)
  const s = Math.cbrt(0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b)
  return [
    0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
    1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
    0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
  ]
}

const distance = (one: Three, other: Three): number => Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)))

test('the ramp of colours stays within what a scheme can show', () => {
  for (const scheme of ['light', 'dark'] as const) {
    expect(rampOf(0, scheme)).not.toBe(rampOf(1, scheme))
    expect(rampOf(-5, scheme)).toMatch(/^rgb\(\d+ \d+ \d+ \/ 1\)$/)
    expect(rampOf(7, scheme, 0.5)).toMatch(/^rgb\(\d+ \d+ \d+ \/ 0.5\)$/)
  }
})
