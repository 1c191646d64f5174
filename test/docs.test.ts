import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((it) => join('docs', it)),
]

test('every path that a document names exists', () => {
  const missing = DOCUMENTS.filter((file) => file.endsWith('.md')).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    const named = [...text.matchAll(/`((?:core|resources|scripts|test|docs)\/[A-Za-z0-9_./-]*)`/g)].map(
      ([, path]) => path ?? '',
    )
    return named.filter((path) => !existsSync(join(ROOT, path))).map((path) => `${file}: ${path}`)
  })
  expect(missing).toEqual([])
})

test('the README has the two commands', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  expect(readme).toContain('npm ci && npm run demo')
  expect(readme).toContain('npm ci && npm test')
})
