import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { refusalText } from './desktop.ts'

test.each([
  ["Error invoking remote method 'minisub:choose-folder': Error: no display", 'no display'],
  [
    "Error invoking remote method 'minisub:new-window': Problem: there is no page x: correct it",
    'there is no page x: correct it',
  ],
  ["Error invoking remote method 'minisub:show-logs': the folder is gone", 'the folder is gone'],
  ['no display', 'no display'],
])('of %j one reads what the app said', (message, own) => {
  expect(refusalText(new Error(message))).toBe(`the app did not do it (${own}): try it again; its logs say more`)
})

test('no other file of the page looks for what the app lends', () => {
  const root = join(import.meta.dirname, '..')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!\.test)\.tsx?$/.test(file),
  )
  expect(files.length).toBeGreaterThan(200)
  const found = files.filter((file) =>
    /\b(?:window|globalThis)\b.{0,3}\bminisub\b/.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(found).toEqual([join('data', 'desktop.ts')])
})
