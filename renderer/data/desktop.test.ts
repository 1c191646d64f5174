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
