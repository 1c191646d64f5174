import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Rates } from '#core/contract/prices.ts'
import { EXAMPLE, initPrices, openPrices, readPrices } from './index.ts'
import { parsePrices } from './parse-prices.ts'

let home = ''
const file = () => join(home, 'prices.yaml')
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-prices-'))
})
afterEach(() => rmSync(home, { recursive: true }))

test('without a file there are no prices', () => {
  expect(readPrices(home)).toBeNull()
  expect(openPrices(home).show()).toEqual({ file: file(), prices: null })
})

test('the example has every key, is written for its owner alone, and is never overwritten', async () => {
  expect(await initPrices(join(home, 'new'))).toBe(join(home, 'new', 'prices.yaml'))
  expect(await initPrices(home)).toBe(file())
  expect(readFileSync(file(), 'utf8')).toBe(EXAMPLE)
  if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(Object.keys(readPrices(home)?.default ?? {})).toEqual(Object.keys(Rates.shape))
  writeFileSync(file(), 'currency: USD\n')
  await expect(initPrices(home)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(file()) })
  expect(readFileSync(file(), 'utf8')).toBe('currency: USD\n')
})

test('a data folder that is no folder is a problem with its path', async () => {
  writeFileSync(join(home, 'plain'), '')
  await expect(initPrices(join(home, 'plain'))).rejects.toMatchObject({ code: 'home_unwritable' })
  mkdirSync(file())
  expect(() => readPrices(home)).toThrow(expect.objectContaining({ code: 'home_unwritable' }))
})

test('what was written with an editor counts at once, as YAML or as JSON', () => {
  const book = openPrices(home)
  writeFileSync(file(), 'currency: EUR\ntargets: {lab: {coreHour: 1e-2, gpuHour: {H100: 3, other: 1}}}\n')
  const lab = { coreHour: 0.01, gpuHour: { H100: 3, other: 1 } }
  expect(book.show().prices).toEqual({ currency: 'EUR', default: {}, targets: { lab } })
  writeFileSync(file(), '{"currency": "USD", "default": {"pue": 1}}')
  expect(book.show().prices).toEqual({ currency: 'USD', default: { pue: 1 }, targets: {} })
})

test('all that is wrong is told at once, each with its place', () => {
  writeFileSync(file(), 'currency: EUR\ndefault:\n  coreHuor: 1\n  gibHour: -2\n')
  expect(() => readPrices(home)).toThrow(
    expect.objectContaining({
      code: 'settings_invalid',
      message: expect.stringMatching(
        /^the prices are not valid: .*prices\.yaml:4:3: default\.gibHour: a number of at least 0 is wanted; .*prices\.yaml:3:3: default\.coreHuor: unknown key "coreHuor": did you mean "coreHour"\?$/,
      ) as unknown,
    }),
  )
})

test.each([
  ['', 'the document is empty'],
  ['currency: [', 'Flow sequence'],
  ['[]', 'a map is wanted here'],
  ['{}', 'a currency such as EUR is wanted'],
  ['currency: euro', 'three capital letters'],
  ['currency: EUR\ncurrency: USD', 'stands twice'],
  ['currency: EUR\ntarget: {}', 'unknown key "target": did you mean "targets"?'],
  ['currency: EUR\ndefault: 3', 'a map is wanted here'],
  ['currency: EUR\ntargets: [lab]', 'a map is wanted here'],
  ['currency: EUR\ntargets: {lab: 3}', 'a map is wanted here'],
  ['currency: EUR\ntargets: {lab: {cores: 3}}', 'unknown key "cores"'],
  ['currency: EUR\ntargets: {lab: {wattsPerGPU: 3}}', 'did you mean "wattsPerGpu"?'],
  ['currency: EUR\ndefault: {coreHour: "1"}', 'a number is wanted'],
  ['currency: EUR\ndefault: {coreHour: -0.1}', 'at least 0'],
  ['currency: EUR\ndefault: {coreHour: .nan}', 'finite number'],
  ['currency: EUR\ndefault: {coreHour: .inf}', 'finite number'],
  ['currency: EUR\ndefault: {coreHour: 1e999}', 'finite number'],
  ['currency: EUR\ndefault: {coreHour: null}', 'a number is wanted'],
  ['currency: EUR\ndefault: {gpuHour: {H100: -1}}', 'at least 0'],
  ['currency: EUR\ndefault: {gpuHour: [1]}', 'a map from names of GPUs'],
  ['currency: EUR\ndefault: {pue: 0.9}', 'a PUE is at least 1'],
  ['currency: EUR\ntargets: {__proto__: {coreHour: 1}}', '__proto__'],
])('%j is refused', (text, words) => {
  const parsed = parsePrices(text)
  expect(parsed.ok ? [] : parsed.issues.map(({ message }) => message).join('; ')).toContain(words)
})

test('a file of another kind is refused by its size', () => {
  const parsed = parsePrices(`currency: EUR # ${'x'.repeat(300_000)}`)
  expect(parsed.ok ? [] : parsed.issues.map(({ message }) => message)).toEqual([
    'the file has more than 256 KiB: keep prices alone in it',
  ])
})

test('whatever stands in the file is read, or is told what is wrong', () => {
  const part = fc.constantFrom(
    ...Object.keys(Rates.shape),
    'currency',
    'EUR',
    'default',
    'targets',
    'lab',
    ': ',
    '\n',
    '\n  ',
    '{',
    '}',
    ',',
    '[',
    '-',
    '1',
    '-1',
    '.nan',
    '"',
    '&a ',
    '*a',
    '#',
    '__proto__',
    '\u0000',
  )
  const soup = fc.array(part, { maxLength: 60 }).map((parts) => parts.join(''))
  const rates = fc.dictionary(fc.constantFrom(...Object.keys(Rates.shape), 'x'), fc.oneof(fc.double(), fc.string()))
  const near = fc.record({ currency: fc.constantFrom('EUR', 'eur'), default: rates }).map((it) => JSON.stringify(it))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), soup, near), (text) => {
      const parsed = parsePrices(text)
      if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0)
      else {
        const all = [parsed.prices.default, ...Object.values(parsed.prices.targets)].flatMap((it) => Object.values(it))
        const numbers = all.flatMap((it) => (typeof it === 'object' ? Object.values(it) : [it]))
        expect(numbers.every((it) => it !== undefined && Number.isFinite(it) && it >= 0)).toBe(true)
      }
    }),
  )
})
