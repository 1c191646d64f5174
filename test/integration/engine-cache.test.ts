import { rmSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRequest, StepDetail } from '#core/contract/run.ts'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await mkdir(join(engine.folder, 'none'))
})
afterAll(() => engine[Symbol.asyncDispose]())

const why = (run: string, step: string, item: number | null = null): StepDetail['cache'] =>
  engine.service.detail({ run, step, item }).cache

/** Runs a pipeline twice with a change in between; what `why` says of step `a` the second time. */
async function afterChange(first: object, second: object, requests: Partial<RunRequest>[] = []) {
  const name = `change-${engine.service.list({ limit: 1000 }).length}`
  const before = await engine.run(await engine.pipeline(first, name), requests[0])
  const after = await engine.run(await engine.pipeline(second, name), requests[1])
  const { reason, hit, differences } = why(after.id, 'a')
  return {
    status: stepOf(after, 'a').status,
    hit,
    reason,
    differences: differences.map((it) => it.replace(` since run ${before.id}`, '')),
  }
}
/** One step; the code folder is empty, since the other documents beside this one would be part of the code. */
const one = (step: object, more: object = {}) => ({
  code: 'none',
  steps: { a: { command: ['true'], ...step } },
  ...more,
})
const missed = (difference: string) => ({
  status: 'succeeded',
  hit: false,
  reason: 'the cache has nothing under its key',
  differences: [difference],
})

describe('a hit', () => {
  test('takes outputs of all kinds over, starts nothing, and says from which run', async () => {
    const file = await engine.pipeline(
      {
        steps: {
          a: sh('cd "$MINISUB_OUTPUTS"; date +%s%N | tee f n > /dev/null; chmod +x f; mkdir -p d/empty; date > d/it', {
            outputs: { f: { type: 'file' }, d: { type: 'folder' }, n: { type: 'string' } },
          }),
          b: sh(
            'cat "$MINISUB_INPUTS/f"; test -x "$MINISUB_INPUTS/f"; test -d "$MINISUB_INPUTS/d/empty"',
            '${{ steps.a.outputs.n }}',
            {
              inputs: { f: '${{ steps.a.outputs.f }}', d: '${{ steps.a.outputs.d }}' },
            },
          ),
          each: sh('printf %s "$1" > "$MINISUB_OUTPUTS/v"', '${{ each.i }}', {
            forEach: { i: [1, 2] },
            outputs: { v: { type: 'integer' } },
          }),
          c: sh('exit 0', '${{ steps.each.outputs.v }}'),
        },
        outputs: { n: '${{ steps.a.outputs.n }}', all: '${{ steps.each.outputs.v }}' },
      },
      'hit',
    )
    const first = await engine.run(file)
    expect(first.status).toBe('succeeded')
    const again = await engine.run(file)
    expect(new Set(Object.values(statusesOf(again)))).toEqual(new Set(['cached']))
    expect(again.status).toBe('succeeded')
    expect(again.outputs).toEqual(first.outputs)
    expect(engine.events(again.id).filter((it) => it.kind === 'attempt.created')).toEqual([])
    for (const step of again.steps) {
      const cache = why(again.id, step.name, step.item?.index ?? null)
      expect(cache).toEqual({ hit: true, reason: `taken from the cache (run ${first.id})`, differences: [] })
      expect(step.stepKey).toBe(stepOf(first, step.name, step.item?.index ?? null).stepKey)
    }
  })

  test('comes also after a change of what is not in the key: names of the pipeline, retry, timeout, resources', async () => {
    await engine.run(await engine.pipeline(one({ command: ['true', 'plain'] }), 'plain'))
    const other = one({
      command: ['true', 'plain'],
      retry: { limit: 3 },
      timeout: '1h',
      resources: { cpu: 2 },
      description: 'x',
    })
    expect(statusesOf(await engine.run(await engine.pipeline(other, 'other')))).toEqual({ a: 'cached' })
  })

  test('is not for a step that failed, and an entry of another content is not made by it', async () => {
    const file = await engine.pipeline(one(sh('exit 1')), 'fails')
    const first = await engine.run(file)
    const again = await engine.run(file)
    expect(stepOf(again, 'a')).toMatchObject({ status: 'failed', attempts: 1 })
    expect(why(again.id, 'a')).toEqual({
      hit: false,
      reason: 'the cache has nothing under its key',
      differences: [`with the same key it was failed in run ${first.id}`],
    })
  })
})

describe('no hit, and why names what differs, after a change of', () => {
  test('the command', async () => {
    const changed = await afterChange(one({ command: ['true', '1'] }), one({ command: ['true', '2'] }))
    expect(changed).toEqual(missed('the command changed'))
  })

  test('a variable', async () => {
    const changed = await afterChange(one({ env: { X: 'change 1' } }), one({ env: { X: 'change 2' } }))
    expect(changed).toEqual(missed('env: X changed'))
    expect(await afterChange(one({ env: { Y: 'v' } }), one({ env: { Z: 'v' } }))).toMatchObject({
      differences: ['env: Y is gone', 'env: Z is new'],
    })
  })

  test('a parameter that it uses, and not of one that it does not use', async () => {
    const spec = {
      parameters: { used: { type: 'number', default: 1 }, other: { type: 'number', default: 1 } },
      steps: { a: { command: ['true', 'parameter', '${{ parameters.used }}'] } },
    }
    expect(await afterChange(spec, spec, [{}, { parameters: { used: 2 } }])).toEqual(missed('the command changed'))
    expect((await afterChange(spec, spec, [{}, { parameters: { other: 2 } }])).status).toBe('cached')
  })

  test('the code, as far as the step names it', async () => {
    await mkdir(join(engine.folder, 'code'))
    const steps = {
      a: { command: ['true', 'code'] },
      b: { command: ['true', 'code b'], files: ['b.txt'] },
      c: { command: ['true', 'code c'], files: ['*.py', '!b.py'] },
    }
    const file = await engine.pipeline({ code: 'code', steps }, 'code')
    for (const name of ['a.txt', 'b.txt', 'b.py']) await engine.write(`code/${name}`, 'one')
    const first = await engine.run(file)
    await engine.write('code/b.py', 'two')
    const again = await engine.run(file)
    expect(statusesOf(again)).toEqual({ a: 'succeeded', b: 'cached', c: 'cached' })
    expect(why(again.id, 'a').differences).toEqual([`the code files that it uses changed since run ${first.id}`])
    await engine.write('code/b.txt', 'one', 0o755)
    expect(statusesOf(await engine.run(file))).toEqual({ a: 'succeeded', b: 'succeeded', c: 'cached' })
  })

  test('the environment', async () => {
    const spec = one(
      { command: ['true', 'environment'], environment: 'py' },
      { environments: { py: { python: '>=3.9' } } },
    )
    const file = await engine.pipeline(spec, 'environment')
    await engine.run(file)
    const latest = await engine.run(file)
    expect(statusesOf(latest)).toEqual({ a: 'cached' })
    const lockFile = join(engine.folder, 'environment.lock.json')
    const lock = await readFile(lockFile, 'utf8')
    expect(lock).toMatch(/"pythonMinor": "3\.\d+"/)
    // the same packages under another minor that is at hand would do as well; this one cannot be built
    await writeFile(lockFile, lock.replace(/"pythonMinor": "3\.\d+"/, '"pythonMinor": "3.99"'))
    const again = await engine.run(file)
    expect(stepOf(again, 'a')).toMatchObject({ status: 'failed', reason: expect.stringContaining('3.99') })
    expect(why(again.id, 'a').differences).toEqual([
      `the environment (Python or packages) changed since run ${latest.id}`,
    ])
  })

  test('a declared output, and not of its description or default', async () => {
    const step = (output: object) => one(sh('echo 1 > "$MINISUB_OUTPUTS/n"', { outputs: { n: output } }))
    expect(await afterChange(step({ type: 'integer' }), step({ type: 'number' }))).toEqual(missed('outputs: n changed'))
    expect(
      (
        await afterChange(
          step({ type: 'integer', minimum: 1 }),
          step({ type: 'integer', minimum: 1, default: 3, description: 'x' }),
        )
      ).status,
    ).toBe('cached')
  })

  test('a secret that it names, and not of its value', async () => {
    for (const key of ['k1', 'k2']) await engine.secrets.set('mine', key, key)
    const step = (key: string) => one({ command: ['true', 'secret'], secrets: { T: { secret: 'mine', key } } })
    expect(await afterChange(step('k1'), step('k2'))).toEqual(missed('the secrets it names changed'))
    await engine.secrets.set('mine', 'k2', 'another value')
    expect(statusesOf(await engine.run(await engine.pipeline(step('k2'), 'value')))).toEqual({ a: 'cached' })
  })

  test("an input file's content", async () => {
    const file = await engine.pipeline(
      { code: 'none', steps: { a: sh('cat "$MINISUB_INPUTS/f"', { inputs: { f: { file: 'in.txt' } } }) } },
      'input',
    )
    await engine.write('in.txt', 'one')
    await engine.run(file)
    const latest = await engine.run(file)
    expect(statusesOf(latest)).toEqual({ a: 'cached' })
    await engine.write('in.txt', 'two')
    const again = await engine.run(file)
    expect(await engine.log(again.id, 'a')).toEqual(['two'])
    expect(why(again.id, 'a').differences).toEqual([`inputs: the content of f changed since run ${latest.id}`])
  })

  test("an item's value: only that item runs", async () => {
    const spec = (values: number[]) => ({
      steps: { a: sh('exit 0', '${{ each.i }}', { forEach: { i: values } }) },
    })
    const first = await engine.run(await engine.pipeline(spec([1, 2, 3]), 'items'))
    const again = await engine.run(await engine.pipeline(spec([1, 9, 3]), 'items'))
    expect(statusesOf(again)).toEqual({ 'a[0]': 'cached', 'a[1]': 'succeeded', 'a[2]': 'cached' })
    expect(why(again.id, 'a', 1)).toEqual({
      hit: false,
      reason: 'the cache has nothing under its key',
      differences: [`the value of the item changed since run ${first.id}`],
    })
  })

  test('what an upstream step made, under the same key: a cache: false step makes its readers look at the content', async () => {
    await engine.write('../source', 'one')
    const file = await engine.pipeline(
      {
        code: 'none',
        steps: {
          get: sh('cat "$1" | tee "$MINISUB_OUTPUTS/f" > "$MINISUB_OUTPUTS/s"', join(engine.root, 'source'), {
            cache: false,
            outputs: { f: { type: 'file' }, s: { type: 'string' } },
          }),
          a: sh('cat "$MINISUB_INPUTS/data"; date +%s%N > "$MINISUB_OUTPUTS/t"', {
            inputs: { data: '${{ steps.get.outputs.f }}' },
            outputs: { t: { type: 'string' } },
          }),
          b: sh('exit 0', '${{ steps.get.outputs.s }}'),
          below: sh('exit 0', '${{ steps.a.outputs.t }}'),
        },
      },
      'upstream',
    )
    const first = await engine.run(file)
    const same = await engine.run(file)
    expect(statusesOf(same)).toEqual({ get: 'succeeded', a: 'cached', b: 'cached', below: 'cached' })
    expect(why(same.id, 'get').reason).toBe('the step says cache: false')
    await engine.write('../source', 'two')
    const changed = await engine.run(file)
    expect(statusesOf(changed)).toEqual({ get: 'succeeded', a: 'succeeded', b: 'succeeded', below: 'succeeded' })
    expect(stepOf(changed, 'a').stepKey).toBe(stepOf(first, 'a').stepKey)
    expect(why(changed.id, 'a').reason).toBe(`data: its content differs from that of run ${first.id}`)
    expect(why(changed.id, 'b').reason).toBe(`steps.get.outputs.s: its content differs from that of run ${first.id}`)
    expect(why(changed.id, 'below').reason).toBe(`steps.a.outputs.t: its content differs from that of run ${first.id}`)
  })

  test('the store: an output whose bytes are gone is made again', async () => {
    const file = await engine.pipeline(
      one(
        sh(
          'echo unique-bytes > "$MINISUB_OUTPUTS/f"; mkdir "$MINISUB_OUTPUTS/d"; echo in-a-folder > "$MINISUB_OUTPUTS/d/x"',
          {
            outputs: { f: { type: 'file' }, d: { type: 'folder' } },
          },
        ),
      ),
      'gone',
    )
    for (const output of ['f', 'd']) {
      const first = await engine.run(file)
      const [lost] = engine.service.artifactFiles({ run: first.id, step: 'a', item: null }, output)
      rmSync(engine.blobs.pathOf(lost?.sha256 ?? ''))
      const again = await engine.run(file)
      expect(statusesOf(again)).toEqual({ a: 'succeeded' })
      expect(why(again.id, 'a').reason).toMatch(
        new RegExp(`^output ${output} of run [0-9a-z]{26} is no longer in the store$`),
      )
      expect(statusesOf(await engine.run(file))).toEqual({ a: 'cached' })
    }
  })
})

describe('the cache is left alone', () => {
  test('with --no-cache: it is neither read nor written', async () => {
    const file = await engine.pipeline(one({ command: ['true', 'no cache'] }), 'no-cache')
    const first = await engine.run(file, { cache: false })
    expect(why(first.id, 'a').reason).toBe('the cache is switched off for this run')
    expect(statusesOf(await engine.run(file))).toEqual({ a: 'succeeded' })
    expect(statusesOf(await engine.run(file, { cache: false }))).toEqual({ a: 'succeeded' })
    expect(statusesOf(await engine.run(file))).toEqual({ a: 'cached' })
  })

  test('by a step that uses run.*, which says so, and by readers of what it made anew', async () => {
    const file = await engine.pipeline(
      {
        steps: {
          a: sh('printf %s "$1" > "$MINISUB_OUTPUTS/id"', '${{ run.id }}', { outputs: { id: { type: 'string' } } }),
          b: sh('exit 0', '${{ steps.a.outputs.id }}'),
        },
        outputs: { id: '${{ steps.a.outputs.id }}' },
      },
      'uses-run',
    )
    for (const _ of [1, 2]) {
      const view = await engine.run(file)
      expect(statusesOf(view)).toEqual({ a: 'succeeded', b: 'succeeded' })
      expect(view.outputs).toEqual({ id: view.id })
      expect(why(view.id, 'a').reason).toBe('the step uses run.*, which differs in every run')
    }
    expect((await engine.service.validate(file)).warnings[0]?.message).toContain('"a" uses run.*')
  })
})
