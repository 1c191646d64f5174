import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PipelineChange } from '#core/pipelines/index.ts'
import { openEngine, problemOf, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
let folder: string
beforeAll(async () => {
  engine = await openEngine()
  folder = await realpath(engine.folder)
})
afterAll(() => engine[Symbol.asyncDispose]())

const HEAD = 'apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: NAME, description: what it is}\n'
const SPEC =
  'spec: {parameters: {depth: {type: integer, default: 3}}, steps: {a: {command: ["true"]}, b: {command: ["true"], needs: [a]}}}\n'

async function write(path: string, name: string, spec = SPEC): Promise<string> {
  await engine.write(path, HEAD.replace('NAME', name) + spec)
  return join(folder, path)
}

async function listed(): Promise<Record<string, string>> {
  const { folders, pipelines } = await engine.service.pipelines()
  const paths = new Map(folders.map(({ id, path }) => [id, path.slice(folder.length)]))
  const folderOf = (id: string | null): string => (id === null ? 'none' : (paths.get(id) ?? '?'))
  return Object.fromEntries(
    pipelines.map((it) => [it.file.slice(folder.length), `${it.name} ${it.state} in ${folderOf(it.folder)}`]),
  )
}

describe('the pipelines', () => {
  test('of a folder are listed with what their documents say, and a folder is added once', async () => {
    const changes: PipelineChange[] = []
    const end = engine.service.onChange((change) => void changes.push(change))
    await write('one/wine.yaml', 'wine')
    await write('one/sub/broken.yml', 'broken', 'spec: {steps: {a: {comand: []}}}\n')
    await engine.write('one/values.yaml', 'depth: 3\n')
    const added = await engine.service.addFolder(join(folder, 'one'))
    expect(added).toMatchObject({ path: join(folder, 'one'), state: 'ready', pipelines: 2 })
    expect((await engine.service.addFolder(join(folder, 'one', 'sub', '..'))).id).toBe(added.id)
    const { folders, pipelines } = await engine.service.pipelines()
    expect(folders).toEqual([added])
    expect(pipelines).toMatchObject([
      { file: join(folder, 'one/sub/broken.yml'), name: 'broken', state: 'invalid', faults: 2, steps: 0, lastRuns: [] },
      { file: join(folder, 'one/wine.yaml'), name: 'wine', state: 'valid', description: 'what it is', steps: 2 },
    ])
    expect(changes).toContainEqual({ kind: 'list', topic: 'pipelines' })
    end()
  })

  test('are each listed once where folders lie in each other, and in the inner one', async () => {
    const inner = await engine.service.addFolder(join(folder, 'one', 'sub'))
    expect(await listed()).toEqual({
      '/one/sub/broken.yml': 'broken invalid in /one/sub',
      '/one/wine.yaml': 'wine valid in /one',
    })
    engine.service.removeFolder(inner.id)
    expect(await listed()).toMatchObject({ '/one/sub/broken.yml': 'broken invalid in /one' })
    expect(() => engine.service.removeFolder(inner.id)).toThrow(/there is no folder/)
  })

  test('that runs were started from are listed too, also when their documents are gone', async () => {
    const file = await write('loose/train.yaml', 'train', `spec: {steps: {a: ${JSON.stringify(sh('exit 0'))}}}\n`)
    const changes: PipelineChange[] = []
    const end = engine.service.onChange((change) => void changes.push(change))
    const ids: string[] = []
    for (let i = 0; i < 6; i += 1) ids.unshift((await engine.run(file)).id)
    end()
    expect(changes.filter(({ kind }) => kind === 'list')).toEqual([{ kind: 'list', topic: 'pipelines' }])
    const { pipelines } = await engine.service.pipelines()
    const row = pipelines.find((it) => it.file === file)
    expect(row).toMatchObject({ name: 'train', folder: null, state: 'valid' })
    expect(row?.lastRuns.map(({ id }) => id)).toEqual(ids.slice(0, 5))
    expect(engine.service.list({ limit: 9, file: row?.id ?? '' }).map(({ id }) => id)).toEqual(ids)
    expect(engine.service.list({ limit: 9, file: '0000000000000000' })).toEqual([])
    await rename(file, `${file}.gone`)
    expect(await listed()).toMatchObject({ '/loose/train.yaml': 'train missing in none' })
    expect(await engine.service.pipeline(row?.id ?? '')).toMatchObject({ state: 'missing', view: null, issues: [] })
    await rename(`${file}.gone`, file)
  })

  test('are shown one by one as they are now, with their parameters or their faults', async () => {
    const { pipelines } = await engine.service.pipelines()
    const [broken, wine] = pipelines
    expect(await engine.service.pipeline(wine?.id ?? '')).toMatchObject({
      ...wine,
      view: {
        name: 'wine',
        parameters: { depth: { type: 'integer', default: 3 } },
        steps: [{ name: 'a' }, { needs: ['a'] }],
      },
      issues: [],
    })
    const { view, issues } = await engine.service.pipeline(broken?.id ?? '')
    expect([view, issues.length]).toEqual([null, 2])
    expect(issues.map(({ code, place }) => [code, place?.line])).toEqual([
      ['missing_key', 4],
      ['unknown_key', 4],
    ])
    await write('one/wine.yaml', 'wine', 'spec: {steps: {}}\n')
    expect(await engine.service.pipeline(wine?.id ?? '')).toMatchObject({ state: 'invalid', view: null })
    await rm(join(folder, 'one/wine.yaml'))
    expect(await engine.service.pipeline(wine?.id ?? '')).toMatchObject({ state: 'missing' })
    expect(await problemOf(engine.service.pipeline('0000000000000000'))).toMatchObject({ code: 'not_found' })
  })

  test('of a folder that is gone are gone, and the folder says so', async () => {
    const { id } = await engine.service.addFolder(await made('short'))
    await write('short/a.yaml', 'a')
    expect(await listed()).toMatchObject({ '/short/a.yaml': 'a valid in /short' })
    await rm(join(folder, 'short'), { recursive: true })
    const { folders, pipelines } = await engine.service.pipelines()
    expect(folders.find((it) => it.id === id)).toMatchObject({ state: 'missing', pipelines: 0 })
    expect(pipelines.some((it) => it.folder === id)).toBe(false)
  })

  test('are not looked for in the data folder', async () => {
    await writeFile(join(engine.home, 'p.yaml'), HEAD.replace('NAME', 'own') + SPEC)
    const { pipelines } = await engine.service.addFolder(dirname(folder))
    const rows = (await engine.service.pipelines()).pipelines
    expect(pipelines).toBeGreaterThan(0)
    expect(rows.some(({ name }) => name === 'own')).toBe(false)
  })
})

async function made(name: string): Promise<string> {
  await mkdir(join(folder, name))
  return join(folder, name)
}

/** What refuses a path that is no folder. */
function refusing(): ((path: string) => Promise<unknown>)[] {
  return [(path) => engine.service.addFolder(path), (path) => engine.service.browse(path)]
}

describe('a folder', () => {
  test.each([
    ['relative/path', 'invalid_value', 'relative'],
    ['/no/such/folder', 'input_missing', 'there is no folder'],
  ])('%s is refused in words, to be added and to be looked at', async (path, code, words) => {
    for (const refuse of refusing()) {
      const problem = await problemOf(refuse(path))
      expect(problem).toMatchObject({ code })
      expect(problem.message).toContain(words)
    }
  })

  test('that is a file is refused', async () => {
    await engine.write('file.txt', '')
    for (const refuse of refusing())
      expect(await problemOf(refuse(join(folder, 'file.txt')))).toMatchObject({ code: 'invalid_value' })
  })

  test('is looked at: the folders below it by name without hidden ones, at most 500', async () => {
    for (const name of ['wide', 'wide/b', 'wide/a10', 'wide/a9', 'wide/.hidden']) await made(name)
    await engine.write('wide/file.txt', '')
    const path = join(folder, 'wide')
    expect(await engine.service.browse(path)).toEqual({
      path,
      parent: folder,
      folders: ['a9', 'a10', 'b'].map((name) => ({ name, path: join(path, name) })),
      truncated: false,
    })
    for (let i = 0; i < 498; i += 1) await made(`wide/x${i}`)
    const { folders, truncated } = await engine.service.browse(path)
    expect([folders.length, truncated]).toEqual([500, true])
    expect(await engine.service.browse('/')).toMatchObject({ path: '/', parent: null })
    expect((await engine.service.browse(undefined)).path).toBe(homedir())
  })
})
