import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { noticesOf } from '../../scripts/build/desktop/notices.ts'
import { isLicenceAllowed } from '../../scripts/build/desktop/spdx.ts'
import { SYSTEMS } from '../../scripts/build/desktop/systems.ts'
import { builtTree } from './built-app.ts'

const [LINUX = { platform: 'linux', arch: 'x64' }] = SYSTEMS
const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A project with these files. */
function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'minisub-notices-'))
  folders.push(root)
  for (const [path, text] of Object.entries({ LICENSE: 'our licence', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, version: '1.2.3', license: 'MIT', ...more })
}

describe('licence expressions', () => {
  const allowed = new Set(['MIT', 'ISC', 'Apache-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'])
  test.each([
    ['MIT', true],
    ['GPL-3.0-only', false],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND GPL-3.0-only', false],
    ['MIT AND ISC OR GPL-3.0-only', true],
    ['GPL-3.0-only OR MIT AND ISC', true],
    ['MIT AND (GPL-3.0-only OR ISC)', true],
    ['GPL-2.0-only WITH Classpath-exception-2.0', true],
    ['MIT WITH Classpath-exception-2.0', false],
  ])('%s: %s', (expression, isAllowed) => {
    expect(isLicenceAllowed(expression, allowed)).toBe(isAllowed)
  })

  test.each(['', 'MIT OR', 'OR MIT', '(MIT', 'MIT)', 'MIT ISC', 'SEE LICENSE IN file', 'MIT WITH', 'MIT/ISC', '()'])(
    'refuses "%s"',
    (expression) => expect(() => isLicenceAllowed(expression, allowed)).toThrow('is no licence expression'),
  )

  test('any expression means what it says', () => {
    type Tree = { text: string; holds: boolean }
    const name = fc
      .constantFrom('MIT', 'ISC', 'GPL-3.0-only', 'Foo-1.0')
      .map((text) => ({ text, holds: allowed.has(text) }))
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        name,
        fc.tuple(tie('tree'), tie('tree'), fc.boolean()).map(([left, right, isAnd]) => ({
          text: `(${left.text} ${isAnd ? 'AND' : 'OR'} ${right.text})`,
          holds: isAnd ? left.holds && right.holds : left.holds || right.holds,
        })),
      ),
    }))
    fc.assert(fc.property(tree, ({ text, holds }) => isLicenceAllowed(text, allowed) === holds))
  })

  test('any text gives an answer or the one sentence', () => {
    const words = fc.array(fc.constantFrom('MIT', 'AND', 'OR', 'WITH', '(', ')', 'é', ' ')).map((it) => it.join(' '))
    fc.assert(
      fc.property(fc.oneof(fc.string(), words), (text) => {
        try {
          expect(isLicenceAllowed(text, allowed)).toBeTypeOf('boolean')
        } catch (error) {
          expect(String(error)).toContain('is no licence expression')
        }
      }),
    )
  })
})

describe('notices', () => {
  test('a package and what it needs stand with their texts, the same text once', () => {
    const root = project({
      'node_modules/one/package.json': manifest('one', { dependencies: { two: '1' } }),
      'node_modules/one/LICENSE': 'the text of both',
      'node_modules/one/NOTICE.md': 'a notice\r\nof one',
      'node_modules/two/package.json': manifest('two'),
      'node_modules/two/licence.txt': 'the text of both\n',
    })
    const notices = noticesOf(root, ['one'], LINUX)
    expect(notices).toContain('one 1.2.3 (MIT)\ntwo 1.2.3 (MIT)\n\nthe text of both\n')
    expect(notices).toContain('one 1.2.3 (MIT)\n\na notice\nof one\n')
    expect(notices).toContain('Mini-Submarine\n\nour licence')
    expect(notices).toMatch(/LICENSE.electron.txt and LICENSES.chromium.html/)
  })

  test('what only the page imports is in, what only a test imports is not', () => {
    const root = project({
      'renderer/page.tsx': `import { useState } from 'react'\nimport '@scope/style/file.css'\n`,
      'renderer/page.test.ts': `import { test } from 'vitest'\n`,
      'node_modules/react/package.json': manifest('react'),
      'node_modules/react/LICENSE': 'the text of React',
      'node_modules/@scope/style/package.json': manifest('@scope/style'),
      'node_modules/@scope/style/LICENSE': 'the text of styles',
    })
    const notices = noticesOf(root, [], LINUX)
    expect(notices).toContain('the text of React')
    expect(notices).toContain('the text of styles')
  })

  test('a package that brings no text stands with the usual one and its author', () => {
    const root = project({ 'node_modules/one/package.json': manifest('one', { author: 'A. Uthor' }) })
    expect(noticesOf(root, ['one'], LINUX)).toContain('Copyright (c) A. Uthor\n\nPermission is hereby granted')
  })

  test.each([
    [{ license: undefined }, 'node_modules/one, which names no licence'],
    [{ license: 'GPL-3.0-only' }, 'node_modules/one, which is under GPL-3.0-only'],
    [{ license: undefined, licenses: [{ type: 'AGPL-3.0-only' }] }, 'which is under AGPL-3.0-only'],
    [{ license: 'SEE LICENSE IN x' }, 'is no licence expression'],
    [{ license: 'BSD-2-Clause' }, 'brings no text of its licence'],
    [{ dependencies: { two: '1' } }, 'node_modules/one needs two, which is not installed'],
  ])('a package with %j fails', (more, sentence) => {
    const root = project({ 'node_modules/one/package.json': manifest('one', more) })
    expect(() => noticesOf(root, ['one'], LINUX)).toThrow(sentence)
  })

  test('those of a tree are of the machine, also of one that the app is not packaged for', () => {
    const [arch, root] = [
      process.arch,
      project({ 'node_modules/one/package.json': manifest('one', { cpu: ['riscv64'] }) }),
    ]
    Object.defineProperty(process, 'arch', { value: 'riscv64' })
    try {
      expect(noticesOf(root, ['one'])).toContain('one 1.2.3 (MIT)')
    } finally {
      Object.defineProperty(process, 'arch', { value: arch })
    }
  })

  test('the tree brings those of the packages that its core and its page hold, and of no others', async () => {
    const notices = readFileSync(join(await builtTree(), 'NOTICES.txt'), 'utf8')
    for (const name of ['better-sqlite3', '@napi-rs/keyring', 'react', '@mantine/core', 'elkjs', 'zod'])
      expect(notices).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, 'm'))
    expect(notices).not.toMatch(/^(onnxruntime-node|vitest|electron|typescript) [0-9]/m)
  })
})
