import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagePath } from './page-path.ts'

test.each([
  ['/', '/'],
  ['/runs', '/runs'],
  ['/runs/01kc2m3n4p5q6r7s8t9v0wxyza?view=table&step=a', '/runs/01kc2m3n4p5q6r7s8t9v0wxyza?view=table&step=a'],
  ['/models/gr%C3%B6%C3%9Fe', '/models/gr%C3%B6%C3%9Fe'],
  ['/models/größe', '/models/gr%C3%B6%C3%9Fe'],
  ['/models/v1..2', '/models/v1..2'],
  ['/runs?search=../x', '/runs?search=../x'],
  // What follows a # is of the page that is shown, such as a code.
  ['/runs#code=00', '/runs'],
])('%s is the page %s', (text, page) => {
  expect(pagePath(text)).toBe(page)
})

test.each([
  '',
  'runs',
  '?a',
  '#a',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https://evil.example/runs',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'minisub://runs',
  '/runs/../../x',
  '/runs/./x',
  '/runs/%2e%2E/settings',
  '/runs/.%2e',
  '/runs\t/x',
  '/\t/evil.example',
  '/\n/evil.example',
  ' /runs',
  '/runs ',
  '/runs\u0000',
  '/runs/%',
  '/runs/%E0%A4',
  `/${'a'.repeat(2_048)}`,
])('%j is no page', (text) => {
  expect(pagePath(text)).toBeUndefined()
})

test('whatever it takes is of this origin, below the root, and taken again as it is', () => {
  const piece = fc.oneof(
    fc.constantFrom('/', '//', '..', '.', '\\', '%2e', '%2f', '?', '#', '@', ':', '\t'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const page = pagePath(`/${pieces.join('')}`)
      if (page === undefined) return
      const url = new URL(page, 'http://127.0.0.1:4711')
      expect([url.origin, url.pathname + url.search, url.username]).toEqual(['http://127.0.0.1:4711', page, ''])
      expect(pagePath(page)).toBe(page)
    }),
    { numRuns: 2_000 },
  )
})
