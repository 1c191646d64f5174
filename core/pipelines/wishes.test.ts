import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEnvironments } from '#core/environments/index.ts'
import { openProcessRuntime } from '#core/runtimes/process/index.ts'
import { openBlobs, openStore, removeTree, type Store } from '#core/store/index.ts'
import { problemOf, sh, statusesOf, until } from '#test/support/engine.ts'
import { openSecrets } from '#core/secrets/index.ts'
import { openPipelines } from './service.ts'
import { processTarget } from './targets.ts'

let home = ''
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'minisub-wishes-'))))
afterEach(() => removeTree(home))

test('a cancel returns when the wish is on disk, however long the disk is full; so does a second one', async () => {
  await using core = openCore()
  const { id } = await core.service.start(
    { file: await pipeline({ a: sh('sleep 60'), b: sh('exit 0', { needs: ['a'] }) }) },
    {},
  )
  await until('a runs', () => core.service.show(id).steps[0]?.status === 'running')
  core.disk.full = true
  let returned = 0
  const both = [core.service.cancel(id), core.service.cancel(id)].map((it) => it.then(() => void (returned += 1)))
  await sleep(1200)
  expect([returned, core.errors.length > 0, core.service.show(id).status]).toEqual([0, true, 'running'])
  core.disk.full = false
  await Promise.all(both)
  expect(core.service.events(id, 1, 100).map((event) => event.kind)).toContain('run.cancelling')
  await core.service.cancel(id).catch((error: unknown) => expect(error).toMatchObject({ code: 'conflict' }))
  await until('it has ended', () => core.service.show(id).finishedAt !== null)
  expect(statusesOf(core.service.show(id))).toEqual({ a: 'cancelled', b: 'cancelled' })
})

test('a cancel that could not be written when the core closes is given up, in words', async () => {
  const core = openCore()
  const { id } = await core.service.start({ file: await pipeline({ a: sh('sleep 60') }) }, {})
  await until('a runs', () => core.service.show(id).steps[0]?.status === 'running')
  core.disk.full = true
  const cancelled = core.service.cancel(id).then(
    () => 'cancelled',
    (error: unknown) => (error instanceof Error ? error.name : ''),
  )
  await sleep(50)
  await core[Symbol.asyncDispose]()
  expect(await cancelled).toBe('AbortError')
  await using next = openCore()
  await next.service.cancel(id)
  await until('it has ended', () => next.service.show(id).finishedAt !== null)
})

test('a run that this core could not take up cannot be cancelled by it, which it says', async () => {
  const core = openCore()
  const { id } = await core.service.start({ file: await pipeline({ a: sh('sleep 60') }) }, {})
  await until('a runs', () => core.service.show(id).steps[0]?.status === 'running')
  await core[Symbol.asyncDispose]()
  const store = openStore(join(home, 'data'))
  store.db.prepare("UPDATE run_events SET seq = seq + 100 WHERE kind = 'attempt.started'").run()
  store[Symbol.dispose]()
  await using next = openCore()
  expect(next.errors.length).toBe(1)
  expect(await problemOf(next.service.cancel(id))).toMatchObject({ code: 'internal' })
  next.store.db.prepare("UPDATE run_events SET seq = seq - 100 WHERE kind = 'attempt.started'").run()
  await using last = openCore(next.store)
  await last.service.cancel(id)
  await until('it has ended', () => last.service.show(id).finishedAt !== null)
})

test('a fault in the decisions of one run ends the driving of that run alone; the next core goes on with it', async () => {
  const core = openCore()
  const outputs = { x: { type: 'file' } }
  const file = await pipeline({ a: sh('echo x > "$MINISUB_OUTPUTS/x"', { outputs }) })
  const first = await core.service.start({ file }, {})
  await until('the first has ended', () => core.service.show(first.id).finishedAt !== null)
  core.disk.broken = true
  const second = await core.service.start({ file }, {})
  await until('the fault is told', () => core.errors.length === 1)
  expect(await problemOf(core.service.cancel(second.id))).toMatchObject({ code: 'internal' })
  const third = await core.service.start({ file, cache: false }, {})
  await until('the third has ended', () => core.service.show(third.id).finishedAt !== null)
  await core[Symbol.asyncDispose]()
  await using next = openCore()
  await until('the second has ended', () => next.service.show(second.id).finishedAt !== null)
  expect(statusesOf(next.service.show(second.id))).toEqual({ a: 'cached' })
})

async function pipeline(steps: object): Promise<string> {
  const file = join(home, 'test.json')
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'test' } }
  await writeFile(file, JSON.stringify({ ...head, spec: { steps } }))
  return file
}

/** A core whose disk can be full. */
function openCore(opened?: Store) {
  const stack = new AsyncDisposableStack()
  const data = join(home, 'data')
  const store = opened ?? stack.use(openStore(data))
  const disk = { full: false, broken: false }
  const real = openBlobs(join(data, 'blobs'))
  const has = (sha256: string): boolean => {
    if (disk.broken) throw new Error('the disk is broken')
    return real.has(sha256)
  }
  const errors: unknown[] = []
  const wrapped: Store = {
    db: store.db,
    transaction: (work) => {
      if (disk.full) throw new Error('database or disk is full')
      return store.transaction(work)
    },
    [Symbol.dispose]: () => undefined,
  }
  const runtime = stack.use(openProcessRuntime())
  const targets = new Map([['process', processTarget(runtime)]])
  const secrets = openSecrets({ home: data })
  const options = { home: data, store: wrapped, blobs: { ...real, has }, secrets, targets }
  const onError = (error: unknown): void => void errors.push(error)
  const service = stack.use(openPipelines({ ...options, environments: openEnvironments({ home: data }), onError }))
  return { service, store, disk, errors, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
