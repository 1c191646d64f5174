import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagePath } from './page-path.ts'

test.each([
  '/',
  '/?a=1',
  '/runs',
  '/runs/',
  '/runs/01kc2m3n/steps/train?tab=log',
  '/runs/a%20b',
  '/schedules#x',
  '/apis',
])('%s is an address of the page', (target) => {
  expect(pagePath(target)).toEqual({ kind: 'page' })
})

test.each([
  ['/favicon.svg', 'favicon.svg'],
  ['/assets/index-c0ffee.js?v=1', 'assets/index-c0ffee.js'],
  ['/assets/a%20b.css', 'assets/a b.css'],
  ['/runs/report.txt', 'runs/report.txt'],
])('%s asks for the file %s', (target, name) => {
  expect(pagePath(target)).toEqual({ kind: 'file', name })
})

test.each([
  '/api',
  '/api/v1/runs',
  '/API/v1',
  '/%61pi/v1/runs',
  '/health',
  '/metrics',
  '/metrics/x',
  '',
  'runs',
  '*',
  'http://127.0.0.1/runs',
  '//runs',
  '//evil.example/x.js',
  '/runs//x',
  '/..',
  '/../package.json',
  '/assets/../../package.json',
  '/assets/./index.js',
  '/.env',
  '/.git/config',
  '/assets/.htaccess',
  '/%2e%2e/package.json',
  '/%2E%2E%2Fpackage.json',
  '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
  '/..%2f..%2fetc%2fpasswd',
  '/..%5c..%5cpackage.json',
  '/..\\..\\package.json',
  '/assets\\index.js',
  '/assets/index.js%00.css',
  '/index.js\0',
  '/%0d%0aSet-Cookie:a',
  '/%',
  '/%ff',
  '/%c0%ae%c0%ae/package.json',
])('%j is no part of the page', (target) => {
  expect(pagePath(target)).toBeUndefined()
})

test('a name never leads upwards, whatever the target is', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('/', '..', '.', '%2e', '%2f', '%5c', '\\', '%00', '\0', 'a', 'a.js', 'api', '%25', '?', '#', '%'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const found = pagePath(`/${pieces.join('')}`)
      if (found?.kind !== 'file') return
      const segments = found.name.split('/')
      expect(segments.every((segment) => segment !== '' && !segment.startsWith('.'))).toBe(true)
      expect(found.name).not.toMatch(/[\\\p{Cc}]/u)
    }),
  )
})
