import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { endWorker, siblingModule, startWorker, type WorkerProcess } from './index.ts'
import type { Order } from './worker-fixture.ts'

const FIXTURE = siblingModule(import.meta.url, 'worker-fixture')
const INDEX = siblingModule(import.meta.url, 'index')
const folder = mkdtempSync(join(tmpdir(), 'minisub-workers-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The next `count` messages. */
function told(worker: WorkerProcess, count: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const messages: unknown[] = []
    worker.onMessage((message) => {
      if (messages.push(message) === count) resolve(messages)
    })
  })
}

const order = (worker: WorkerProcess, what: Order): void => worker.send(what)

describe.each(['processes', 'threads'])('workers as %s', (kind) => {
  beforeEach(() => void vi.stubEnv('MINISUB_WORKERS', kind))
  afterEach(() => void vi.unstubAllEnvs())

  test('get their job, then what was sent meanwhile, in order, with typed arrays, NaN, big integers and maps', async () => {
    const values = [Float64Array.of(1, NaN, -Infinity), 10n, new Map([['a', new Date(0)]]), undefined]
    const worker = startWorker(FIXTURE, { slowMs: 100 })
    for (const value of values) order(worker, { kind: 'say', value })
    expect(await told(worker, 5)).toEqual([{ job: { slowMs: 100 } }, ...values.map((said) => ({ said }))])
    worker.kill()
    expect(await worker.ended).toBe('SIGKILL')
  })

  test('get variables of their own', async () => {
    const worker = startWorker(FIXTURE, {}, { env: { OWN: 'yes' } })
    for (const name of ['OWN', 'PATH']) order(worker, { kind: 'variable', name })
    expect((await told(worker, 3)).slice(1)).toEqual([{ said: 'yes' }, { said: undefined }])
    worker.kill()
    await worker.ended
  })

  test.each<[string, object, Order | undefined]>([
    ['throws while it begins', { isBroken: true }, undefined],
    ['throws', {}, { kind: 'throw' }],
    ['rejects', {}, { kind: 'reject' }],
    ['needs more memory than it may', {}, { kind: 'memory' }],
  ])('one that %s ends alone', async (_name, job, what) => {
    const worker = startWorker(FIXTURE, job, { memoryMb: 64, isQuiet: true })
    if (what !== undefined) order(worker, what)
    expect(await worker.ended).toMatch(
      /^(code [1-9]\d*|SIG(ABRT|TRAP|ILL)|as it was told|it cannot begin|.*out of memory)$/,
    )
    // Nobody is there: what is sent now is lost, and so is a second end.
    order(worker, { kind: 'throw' })
    worker.letGo()
    worker.kill()
  })

  test('one whose program is not there ends with a word', async () => {
    const worker = startWorker(new URL('./none.ts', import.meta.url), {}, { isQuiet: true })
    expect(await worker.ended).toMatch(/^code 1$|Cannot find module/)
  })

  test('one that is busy without end is killed', async () => {
    const worker = startWorker(FIXTURE, {})
    await told(worker, 1)
    order(worker, { kind: 'spin' })
    await sleep(50)
    worker.kill()
    expect(await worker.ended).toBe('SIGKILL')
  })

  test('one may be killed at any moment of its beginning', async () => {
    for (let ms = 0; ms < 60; ms += 6) {
      const worker = startWorker(FIXTURE, {}, { isQuiet: true })
      await sleep(ms)
      worker.kill()
      expect(await worker.ended).toBe('SIGKILL')
    }
  })

  test('one that is let go puts away what it made; at any moment of its beginning it ends', async () => {
    const file = join(folder, kind)
    const worker = startWorker(FIXTURE, { file })
    await told(worker, 1)
    worker.letGo()
    worker.letGo()
    expect(await worker.ended).toBe('code 0')
    expect(readFileSync(file, 'utf8')).toBe('put away')
    for (let ms = 0; ms < 60; ms += 6) {
      const early = startWorker(FIXTURE, { slowMs: 20 }, { isQuiet: true })
      await sleep(ms)
      early.letGo()
      expect(await early.ended).toMatch(/^code \d+$/)
    }
  })

  test('one that has done its work ends by itself; it is killed only where it does not', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate')
    const done = startWorker(FIXTURE, {})
    await told(done, 1)
    await endWorker(done)
    await endWorker(done)
    expect(await done.ended).toBe('code 0')
    expect(terminate).not.toHaveBeenCalled()
    const busy = startWorker(FIXTURE, {})
    await told(busy, 1)
    order(busy, { kind: 'spin' })
    await endWorker(busy, 100)
    expect(await busy.ended).toBe('SIGKILL')
    terminate.mockRestore()
  })

  test('the last words of one that ends are heard before its end', async () => {
    const heard: unknown[] = []
    const worker = startWorker(FIXTURE, {})
    worker.onMessage((message) => heard.push(message))
    order(worker, { kind: 'end' })
    expect(await worker.ended).toBe('code 3')
    expect(heard).toEqual([{ job: {} }, { said: 'last words' }])
  })

  test('one that is not held does not keep its parent, and ends with it', async () => {
    const file = join(folder, `${kind}-parent`)
    const { status, stderr } = parent(`
      const worker = startWorker(new URL(${JSON.stringify(FIXTURE)}), { file: ${JSON.stringify(file)} })
      worker.onMessage(() => worker.hold(false))`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    // A thread is ended where it is.
    if (kind === 'processes') await expect.poll(() => existsSync(file)).toBe(true)
    else expect(existsSync(file)).toBe(false)
  })

  test('one that is busy does not keep a parent that exits', () => {
    const { status, signal } = parent(`
      const worker = startWorker(new URL(${JSON.stringify(FIXTURE)}), {})
      worker.onMessage(() => {
        worker.send({ kind: 'spin' })
        setTimeout(() => { worker.kill(); process.exit(5) }, 100)
      })`)
    expect(status === 5 || signal === 'SIGKILL').toBe(true)
  })

  test('one that is killed after its end does not count', () => {
    const { status } = parent(`
      const worker = startWorker(new URL(${JSON.stringify(FIXTURE)}), {})
      worker.onMessage(() => worker.send({ kind: 'end' }))
      await worker.ended
      worker.kill()
      await worker.ended
      process.exitCode = 6`)
    expect(status).toBe(6)
  })

  test('what a worker that fails says of it goes to stderr, unless it is to be quiet', () => {
    const fail = (options: object): string =>
      parent(`startWorker(new URL(${JSON.stringify(FIXTURE)}), { isBroken: true }, ${JSON.stringify(options)})`).stderr
    expect(fail({})).toContain('it cannot begin')
    expect(fail({ isQuiet: true })).toBe('')
  })
})

/** A Node that starts workers, to its end. */
function parent(code: string): { status: number | null; signal: string | null; stderr: string } {
  const script = `import { startWorker } from ${JSON.stringify(INDEX)};${code}`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
}

test('a module beside another has its ending', () => {
  expect(siblingModule('file:///a/b.ts', 'c-d').href).toBe('file:///a/c-d.ts')
  expect(siblingModule('file:///a%20b/core.x/b.js', 'c').href).toBe('file:///a%20b/core.x/c.js')
})
