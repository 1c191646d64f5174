import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boundsOn, readWindows, writeWindows } from './window-state.ts'

let root: string
const file = () => join(root, 'windows.json')
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-windows-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const WINDOW = { x: 10, y: 20, width: 900, height: 700, isMaximized: false, path: '/runs?status=failed' }
const DISPLAY = { workArea: { x: 0, y: 0, width: 1920, height: 1080 } }
const LEFT = { workArea: { x: -1280, y: 200, width: 1280, height: 800 } }

test('what was written is read, and no draft is left', () => {
  expect(readWindows(file())).toEqual({ windows: [] })
  writeWindows(file(), [WINDOW, { ...WINDOW, x: -500 }])
  expect(readWindows(file())).toEqual({ windows: [WINDOW, { ...WINDOW, x: -500 }] })
  expect(readdirSync(root)).toEqual(['windows.json'])
})

test('more windows than a dozen are not remembered', () => {
  writeWindows(
    file(),
    Array.from({ length: 20 }, () => WINDOW),
  )
  expect(readWindows(file()).windows).toHaveLength(12)
})

const WINDOW_ARBITRARY = {
  x: fc.integer(),
  y: fc.integer({ min: -10, max: 10 }),
  width: fc.integer({ min: 100, max: 5_000 }),
  height: fc.integer({ min: 100, max: 5_000 }),
  isMaximized: fc.boolean(),
  path: fc.oneof(fc.webPath(), fc.string()),
}

test('a file of anything is windows that can be shown, or a fault', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.array(fc.record({ ...WINDOW_ARBITRARY }))),
      (content) => {
        writeFileSync(file(), typeof content === 'string' ? content : JSON.stringify(content))
        const { windows, fault } = readWindows(file())
        if (fault !== undefined) expect(windows).toEqual([])
        for (const it of windows) {
          expect(Number.isInteger(it.width) && it.width >= 200).toBe(true)
          expect(new URL(it.path, 'http://127.0.0.1:1').origin).toBe('http://127.0.0.1:1')
        }
      },
    ),
  )
})
test.each([
  ['in the middle of a display', WINDOW, [DISPLAY], true],
  ['on a display to the left', { ...WINDOW, x: -1000, y: 300 }, [DISPLAY, LEFT], true],
  ['on a display that is gone', { ...WINDOW, x: -1000, y: 300 }, [DISPLAY], false],
  ['but for a corner outside', { ...WINDOW, x: 1850 }, [DISPLAY], false],
  ['partly outside', { ...WINDOW, x: 1700 }, [DISPLAY], true],
  ['with its title above all displays', { ...WINDOW, y: -300 }, [DISPLAY], false],
  ['on no display at all', WINDOW, [], false],
])('a window that was %s', (_, saved, displays, isKept) => {
  const { width, height } = saved
  expect(boundsOn(displays, saved)).toEqual(isKept ? { x: saved.x, y: saved.y, width, height } : { width, height })
})
