import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pagePath } from '#core/contract/desktop.ts'
import { argumentsOf, openedOfArguments, openedOfPath, pageOfLink } from './opened.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-opened-'))
  mkdirSync(join(root, 'wine.pipeline.yaml.d'))
  for (const name of ['wine.pipeline.yaml', 'pipeline.yml', 'wine.yaml', 'pipeline.yaml.sh', 'xpipeline.yaml']) {
    writeFileSync(join(root, name), '')
  }
  symlinkSync('/nowhere', join(root, 'gone.pipeline.yaml'))
})
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  ['minisub://runs', '/runs'],
  ['minisub://runs/', '/runs'],
  ['minisub://runs/01k8', '/runs/01k8'],
  ['minisub://runs/01k8/verify/01k9', '/runs/01k8/verify/01k9'],
  ['minisub://models/wine-quality/versions/3', '/models/wine-quality/versions/3'],
  ['minisub://settings/targets/team.prod', '/settings/targets/team.prod'],
])('the link %s shows the page %s', (link, path) => {
  expect(pageOfLink(link)).toEqual({ kind: 'page', path })
})

test.each([
  '',
  'minisub:',
  'minisub://',
  'minisub:runs/1',
  'MINISUB://runs/1',
  'minisub:///runs/1',
  'minisub://exec/rm',
  'minisub://api/v1/runs',
  'minisub://runs//evil.example',
  'minisub://runs/../settings',
  'minisub://runs/%2e%2e/x',
  'minisub://runs/.hidden',
  'minisub://runs/a b',
  'minisub://runs/1?status=failed',
  'minisub://runs/1#code=00',
  'minisub://user@runs/1',
  'minisub://runs:80/1',
  'minisub://runs\\1',
  'minisub://runs/1\n',
  'minisub://runs/a/b/c/d/e',
  `minisub://runs/${'a'.repeat(201)}`,
  'https://runs/1',
  'javascript:alert(1)',
])('the link %j shows nothing', (link) => {
  expect(pageOfLink(link)).toBeUndefined()
})

test('whatever a link says, it shows a page of the workbench or nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()),
      fc.constantFrom('', 'minisub://', 'minisub://runs/'),
      (text, head) => {
        const page = pageOfLink(head + text)
        if (page?.kind !== 'page') return
        expect(pagePath.safeParse(page.path).success).toBe(true)
        const { origin, pathname } = new URL(page.path, 'http://127.0.0.1:4711')
        expect([origin, pathname]).toEqual(['http://127.0.0.1:4711', page.path])
      },
    ),
  )
})

test('folders and pipelines are opened, all other paths are not', () => {
  const kindOf = (name: string) => openedOfPath(join(root, name))?.kind
  expect(['', 'wine.pipeline.yaml', 'pipeline.yml', 'wine.pipeline.yaml.d'].map(kindOf)).toEqual([
    'folder',
    'pipeline',
    'pipeline',
    'folder',
  ])
  const others = [
    'wine.yaml',
    'pipeline.yaml.sh',
    'xpipeline.yaml',
    'gone.pipeline.yaml',
    'none',
    'wine.yaml/below',
    'a\0b',
    'n'.repeat(400),
  ]
  expect(others.map(kindOf)).toEqual(others.map(() => undefined))
  expect(openedOfPath('wine.pipeline.yaml')).toBeUndefined()
})

test('arguments are taken below the folder in which they were typed; options and empty ones are no paths', () => {
  expect(
    openedOfArguments(['wine.pipeline.yaml', '--no-sandbox', '', '.', 'minisub://runs', 'minisub://rm', 'x'], root),
  ).toEqual({
    opened: [
      { kind: 'pipeline', file: join(root, 'wine.pipeline.yaml') },
      { kind: 'folder', path: root },
      { kind: 'page', path: '/runs' },
    ],
    refused: ['minisub://rm', 'x'],
  })
})

test('what another instance hands over is arguments or nothing', () => {
  expect(argumentsOf({ args: ['a', 'b'] })).toEqual(['a', 'b'])
  fc.assert(
    fc.property(fc.anything(), (data) => {
      expect(argumentsOf(data).every((it) => typeof it === 'string')).toBe(true)
    }),
  )
})
