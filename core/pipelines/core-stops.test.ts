import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEnvironments, type Environments } from '#core/environments/index.ts'
import { openProcessRuntime } from '#core/runtimes/process/index.ts'
import { openBlobs, openStore, removeTree, type Blobs } from '#core/store/index.ts'
import { openEngine, sh, stepOf, until } from '#test/support/engine.ts'
import { openSecrets } from '#core/secrets/index.ts'
import { openPipelines } from './service.ts'
import { processTarget } from './targets.ts'

let home = ''
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'minisub-core-stops-'))))
afterEach(() => removeTree(home))

test('what ended in time while no core looked is not late', async () => {
  const items = Array.from({ length: 8 }, (_, i) => i)
  const script = 'echo ready; sleep 0.5; seq 1 20000; mkdir "$MINISUB_OUTPUTS/d"; touch "$MINISUB_OUTPUTS/d/1"'
  const file = await pipeline({
    a: sh(script, { forEach: { i: items }, timeout: '3s', outputs: { d: { type: 'folder' } } }),
  })
  const run = await closeWhen(file, async (core, id) => {
    await until('all run', () => core.service.show(id).steps.filter((step) => step.status === 'running').length === 8)
  })
  await sleep(3500)
  const view = await endOf(run)
  expect(view.steps.map((step) => [step.status, step.reason])).toEqual(items.map(() => ['succeeded', null]))
})

describe('a core that dies while it takes outputs over', () => {
  test.each([0, 1, 4])('takes all over when it is back, modes included (died after %i files)', async (taken) => {
    const script = [
      'cd "$MINISUB_OUTPUTS"; mkdir d; for i in 1 2 3 4 5; do echo $i > d/$i; done',
      'echo f > f; echo 7 > n; chmod +x f d/1 d/2 d/3',
    ].join('; ')
    const outputs = { f: { type: 'file' }, d: { type: 'folder' }, n: { type: 'integer' } }
    let count = 0
    const blobs = (real: Blobs): Blobs => ({
      ...real,
      putFile: (path, options) =>
        options.link && ++count > taken ? new Promise(() => undefined) : real.putFile(path, options),
    })
    const file = await pipeline({ a: sh(script, { outputs }) })
    const run = await closeWhen(file, () => until('it is stuck', () => count > taken), blobs)
    const view = await endOf(run)
    expect(stepOf(view, 'a')).toMatchObject({ status: 'succeeded', attempts: 1, outputs: { n: 7 } })
    await using core = openCore()
    const listed = ['f', 'd'].flatMap((output) => [
      ...core.service.artifactFiles({ run, step: 'a', item: null }, output),
    ])
    expect(listed.map((it) => [it.path, it.size, it.executable])).toEqual([
      ['', 2, true],
      ['1', 2, true],
      ['2', 2, true],
      ['3', 2, true],
      ['4', 2, false],
      ['5', 2, false],
    ])
    expect(listed.every((it) => core.blobs.has(it.sha256))).toBe(true)
  })
})

test('a core that closes gives up what it prepares, and the next one begins it once', async () => {
  const asked: AbortSignal[] = []
  const slow = (real: Environments): Environments => ({
    ...real,
    ensure: (lock, { signal, onLine } = {}) => {
      if (asked.length > 0 || signal == null) return real.ensure(lock, { signal, onLine })
      asked.push(signal)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    },
  })
  await using engine = await openEngine({ environments: slow })
  const proof = join(engine.root, 'proof')
  const file = await engine.pipeline({
    environments: { python: { python: '>=3.9' } },
    defaults: { environment: 'python' },
    steps: { a: sh('echo ran >> "$1"', proof) },
  })
  const { id } = await engine.start(file, { cache: false })
  await until('the environment is asked for', () => asked.length === 1)
  await engine.reopen()
  expect(asked[0]?.aborted).toBe(true)
  expect((await engine.end(id)).status).toBe('succeeded')
  expect(readFileSync(proof, 'utf8')).toBe('ran\n')
})

type Core = ReturnType<typeof openCore>

/** Starts a run and closes its core as soon as something holds. Returns the id of the run. */
async function closeWhen(
  file: string,
  holds: (core: Core, run: string) => Promise<void>,
  wrap?: (real: Blobs) => Blobs,
): Promise<string> {
  await using core = openCore(wrap)
  const { id } = await core.service.start({ file, cache: false, parallelism: 8 }, {})
  await holds(core, id)
  return id
}

async function endOf(run: string) {
  await using core = openCore()
  await until('the run has ended', () => core.service.show(run).finishedAt !== null)
  return core.service.show(run)
}

async function pipeline(steps: object): Promise<string> {
  const file = join(home, 'test.json')
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'test' } }
  await writeFile(file, JSON.stringify({ ...head, spec: { steps } }))
  return file
}

function openCore(wrap: (real: Blobs) => Blobs = (it) => it) {
  const stack = new AsyncDisposableStack()
  const data = join(home, 'data')
  const store = stack.use(openStore(data))
  const blobs = wrap(openBlobs(join(data, 'blobs')))
  const runtime = stack.use(openProcessRuntime())
  const environments = openEnvironments({ home: data })
  const targets = new Map([['process', processTarget(runtime)]])
  const secrets = openSecrets({ home: data })
  const options = { home: data, store, blobs, secrets, environments, targets, onError: () => undefined }
  const service = stack.use(openPipelines(options))
  return { service, blobs, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
