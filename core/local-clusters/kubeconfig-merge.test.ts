import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse, parseDocument, stringify } from 'yaml'
import { isProblem } from '#core/base/problem.ts'
import { mergeKubeconfig, unmergeKubeconfig } from './kubeconfig-merge.ts'
import { entriesOf } from './kubeconfig-shape.ts'
import { mergeContext, removeContext } from './kubeconfig-text.ts'

const kubeconfig = (name: string, server: string, token = 't') => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name, cluster: { server, 'certificate-authority-data': 'QUJD' } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
  users: [{ name, user: { token } }],
  'current-context': name,
})
const OURS = stringify(kubeconfig('kind-lab', 'https://127.0.0.1:6001'))
const merge = (text: string, { use = false, ours = OURS } = {}) =>
  mergeContext(text, entriesOf(ours, 'kind-lab'), { use, file: '/c' })

/** A list that was never there is empty afterwards. */
const EMPTIED = (before: Record<string, unknown>) => ({
  'current-context': '',
  ...Object.fromEntries(['clusters', 'contexts', 'users'].map((section) => [section, before[section] ?? []])),
})
const remove = (text: string): string => removeContext(text, entriesOf(OURS, 'kind-lab'), '/c')

const THEIRS = `# my clusters
apiVersion: v1
clusters:
- cluster:
    server: https://work.example   # the one at work
  name: work
contexts:
- context: {cluster: work, user: ada}
  name: work
  # an end
current-context: work   # always
kind: Config
preferences: {}
users:
- name: ada
  user:
    token: |
      abc
`

describe('the text', () => {
  test('of the user stays as it was written, line by line', () => {
    const text = merge(THEIRS)
    const lines = text.split('\n')
    let at = 0
    for (const line of THEIRS.split('\n')) {
      at = lines.indexOf(line, at) + 1
      expect(at, line).toBeGreaterThan(0)
    }
    expect(parse(text)).toEqual({
      ...parse(THEIRS),
      clusters: [...parse(THEIRS).clusters, ...parse(OURS).clusters],
      contexts: [...parse(THEIRS).contexts, ...parse(OURS).contexts],
      users: [...parse(THEIRS).users, ...parse(OURS).users],
    })
    expect(merge(text)).toBe(text)
    expect(text.split('\n').length).toBe(THEIRS.split('\n').length + OURS.split('\n').length - 8 + 1)
  })

  test('gets the context as the current one only where that is wished', () => {
    expect(merge(THEIRS, { use: true })).toContain('current-context: kind-lab   # always\n')
    expect(parse(merge('apiVersion: v1\n', { use: true }))).toMatchObject({ 'current-context': 'kind-lab' })
    expect(parse(merge('apiVersion: v1\n'))).not.toHaveProperty('current-context')
    expect(parse(merge('current-context: ""\n', { use: true }))).toMatchObject({ 'current-context': 'kind-lab' })
  })

  test.each([
    ['nothing', ''],
    ['a comment', '# nothing yet'],
    ['lists that are empty', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: null\nusers:\n'],
    ['JSON', JSON.stringify(kubeconfig('work', 'https://work.example'))],
    ['lists within lines', 'clusters: [{name: a, cluster: {server: x}}] # one\ncontexts: []\n'],
    [
      'lists that stand in',
      'clusters:\n    -   name: a\n        cluster: {server: x}\nusers:\n  - name: b\n    user: {}\n',
    ],
    ['lines of Windows', THEIRS.replaceAll('\n', '\r\n')],
    ['no end of its last line', 'users:\n- name: b\n  user: {}'],
    ['an end of the document', 'users:\n- name: b\n  user: {}\n...\n'],
    ['anchors', 'a: &x {server: y}\nclusters:\n- name: c\n  cluster: *x\n'],
  ])('of a file with %s is extended', (_, text) => {
    const before = parse(text) ?? {}
    const after = parse(merge(text))
    expect(after).toMatchObject({
      ...before,
      clusters: expect.anything(),
      contexts: expect.anything(),
      users: expect.anything(),
    })
    for (const section of ['clusters', 'contexts', 'users']) {
      expect(after[section]).toEqual([...(before[section] ?? []), ...parse(OURS)[section]])
    }
    if (text.includes('\r\n')) expect(merge(text)).not.toMatch(/[^\r]\n/)
    if (text.startsWith('{')) expect(JSON.parse(merge(text))).toEqual(after)
    expect(parse(remove(merge(text, { use: true })))).toMatchObject({ ...before, ...EMPTIED(before) })
  })

  test('without the context is what it was, and what others use of it stays', () => {
    expect(remove(merge(THEIRS))).toBe(THEIRS)
    expect(remove(merge(THEIRS, { use: true }))).toBe(THEIRS.replace('current-context: work', 'current-context: ""'))
    expect(remove(THEIRS)).toBe(THEIRS)
    const other = merge(THEIRS, { ours: stringify(kubeconfig('kind-lab', 'https://127.0.0.1:7000')) })
    expect(remove(other)).toBe(other)
    const shared = merge(THEIRS).replace(
      'contexts:\n',
      'contexts:\n- {name: mine, context: {cluster: kind-lab, user: ada}}\n',
    )
    expect(parse(remove(shared)).clusters).toHaveLength(2)
    expect(parse(remove(shared)).users).toHaveLength(1)
  })

  test('of an older cluster at the same address is replaced', () => {
    const older = merge(THEIRS, { ours: stringify(kubeconfig('kind-lab', 'https://127.0.0.1:6001', 'older')) })
    expect(merge(older)).toBe(merge(THEIRS))
  })

  test.each([
    ['a cluster of the name elsewhere', stringify(kubeconfig('kind-lab', 'https://10.0.0.1')), 'conflict'],
    ['a user of the name', 'users:\n- name: kind-lab\n  user: {token: x}\n', 'conflict'],
    ['a context of the name', 'contexts:\n- name: kind-lab\n  context: {cluster: a, user: b}\n', 'conflict'],
    ['broken YAML', 'a: [', 'cluster_config'],
    ['a list', '- a\n', 'cluster_config'],
    ['clusters that are none', 'clusters: many\n', 'cluster_config'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'cluster_config'],
    ['an alias of nothing', 'a: *x\n', 'cluster_config'],
    ['aliases without end', `a: &a [1]\nb: [${'*a, '.repeat(200)}]\n`, 'cluster_config'],
  ])('of a file with %s is left alone', (_, text, code) => {
    let error: unknown
    try {
      merge(text)
    } catch (thrown) {
      error = thrown
    }
    if (!isProblem(error)) throw error
    expect([error.code, error.message]).toEqual([code, expect.stringContaining('/c')])
  })

  test('of any kubeconfig keeps all that it had', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
    const list = (kind: string) =>
      fc.uniqueArray(fc.record({ name, [kind]: fc.dictionary(name, fc.oneof(fc.string(), fc.constant('a\nb\n'))) }), {
        selector: (it) => it['name'],
        maxLength: 4,
      })
    const config = fc.record(
      { clusters: list('cluster'), contexts: list('context'), users: list('user'), extra: fc.jsonValue() },
      { requiredKeys: [] },
    )
    const style = fc.record({
      indentSeq: fc.boolean(),
      indent: fc.integer({ min: 2, max: 6 }),
      collectionStyle: fc.constantFrom('any', 'flow', 'block'),
    })
    fc.assert(
      fc.property(config, style, fc.boolean(), (value, options, use) => {
        const text = stringify(value, options as { collectionStyle: 'any' })
        // The library writes an empty list in block style so that it cannot read it.
        fc.pre(parseDocument(text).errors.length === 0)
        const before = parse(text)
        const after = parse(merge(text, { use }))
        expect(after.extra).toEqual(before.extra)
        for (const section of ['clusters', 'contexts', 'users']) {
          expect(after[section]).toEqual([...(before[section] ?? []), ...parse(OURS)[section]])
          expect(parse(remove(merge(text)))[section]).toEqual(before[section] ?? [])
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('the file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-kubeconfig-'))
    writeFileSync(join(folder, 'ours'), OURS)
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const add = (file: string) => mergeKubeconfig({ from: join(folder, 'ours'), context: 'kind-lab', file, use: false })

  test('is made for its owner alone, with its folder, and keeps its mode when it is there', async () => {
    const file = join(folder, 'new', 'config')
    await add(file)
    expect([statSync(file).mode & 0o777, readdirSync(join(folder, 'new'))]).toEqual([0o600, ['config']])
    writeFileSync(file, THEIRS)
    chmodSync(file, 0o640)
    await add(file)
    expect([statSync(file).mode & 0o777, readFileSync(file, 'utf8')]).toEqual([0o640, merge(THEIRS)])
  })

  test('loses the context again, and is not made for that', async () => {
    const place = { from: join(folder, 'ours'), context: 'kind-lab', file: join(folder, 'config') }
    await unmergeKubeconfig(place)
    expect(existsSync(place.file)).toBe(false)
    writeFileSync(place.file, THEIRS)
    await add(place.file)
    await unmergeKubeconfig(place)
    expect(readFileSync(place.file, 'utf8')).toBe(THEIRS)
  })

  test('is changed where a symbolic link leads, which stays', async () => {
    writeFileSync(join(folder, 'real'), THEIRS)
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    await add(join(folder, 'link'))
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe(merge(THEIRS))
    symlinkSync('none yet', join(folder, 'other link'))
    await add(join(folder, 'other link'))
    expect(lstatSync(join(folder, 'other link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'none yet'), 'utf8')).toBe(merge(''))
  })

  test('stays where what kind wrote for the cluster is broken or gone', async () => {
    const place = { from: join(folder, 'ours'), context: 'kind-lab', file: join(folder, 'config') }
    writeFileSync(place.file, THEIRS)
    for (const broken of ['clusters: [', 'a: *x\n', undefined]) {
      if (broken === undefined) rmSync(place.from)
      else writeFileSync(place.from, broken)
      await expect(add(place.file)).rejects.toMatchObject({ code: 'cluster_config' })
      await expect(unmergeKubeconfig(place)).rejects.toMatchObject({ code: 'cluster_config' })
    }
    expect(readFileSync(place.file, 'utf8')).toBe(THEIRS)
  })

  test('waits for the lock of kubectl, and is left alone where nobody gives it back', async () => {
    const file = join(folder, 'config')
    writeFileSync(`${file}.lock`, '')
    const adding = add(file)
    setTimeout(() => rmSync(`${file}.lock`), 200)
    await adding
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ clusters: [{ name: 'kind-lab' }] })
    expect(existsSync(`${file}.lock`)).toBe(false)
    writeFileSync(`${file}.lock`, '')
    await expect(add(file)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`${file}.lock`),
    })
    expect(existsSync(`${file}.lock`)).toBe(true)
  })

  test('that was refused stays as it was, without a lock or a draft beside it', async () => {
    const file = join(folder, 'config')
    writeFileSync(file, 'clusters: many\n')
    await expect(add(file)).rejects.toMatchObject({ code: 'cluster_config' })
    expect(readdirSync(folder).toSorted()).toEqual(['config', 'ours'])
    mkdirSync(join(folder, 'directory'))
    await expect(add(join(folder, 'directory'))).rejects.toMatchObject({ code: 'home_unwritable' })
    await expect(add(join(folder, 'ours', 'x'))).rejects.toMatchObject({ code: 'home_unwritable' })
  })

  test('has both where two are added at once', async () => {
    writeFileSync(join(folder, 'other'), stringify(kubeconfig('kind-other', 'https://127.0.0.1:6002')))
    const file = join(folder, 'config')
    const other = { from: join(folder, 'other'), context: 'kind-other', file, use: false }
    await Promise.all([add(file), mergeKubeconfig(other)])
    const names = parse(readFileSync(file, 'utf8')).contexts.map((it: { name: string }) => it.name)
    expect(names.toSorted()).toEqual(['kind-lab', 'kind-other'])
  })
})
