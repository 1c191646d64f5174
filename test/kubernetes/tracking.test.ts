import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, statusesOf, until, type Engine } from '#test/support/engine.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'
import { CALLS, recordingTracking } from '#test/support/step-tracking.ts'

const py = (program: string): object => ({ command: ['python', '-c', CALLS + program] })
const run = (step: string): string => step.padEnd(32, '0')

describeWithKubernetes('what steps track in pods', () => {
  const tracking = recordingTracking()
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'lab', tracking })))
  afterAll(() => engine[Symbol.asyncDispose]())

  const contentOf = (body: Readonly<Record<string, unknown>> | undefined): string =>
    readFileSync(engine.blobs.pathOf(String(body?.['sha256'])), 'utf8')

  describe.concurrent('of one engine', () => {
    test('comes with its files and the ids of the core, and neither in the log nor as an output', async () => {
      const program = `
print("before"); metric("loss", 0.5, 1); metric("loss", float("inf"), 2)
mlflow("runs/log-parameter", run_id=R, key="é", value="ü" * 3)
for index in range(3): put(f"a/{index}", str(index).encode())
open(os.environ["MINISUB_OUTPUTS"] + "/f", "w").write("out")
print("after")`
      const outputs = { f: { type: 'file' } }
      const steps = { first: { ...py(program), outputs }, silent: { command: ['true'] } }
      const file = await engine.pipeline({ steps }, 'first')
      const view = await engine.run(file, { cache: false })
      expect(statusesOf(view)).toEqual({ first: 'succeeded', silent: 'succeeded' })
      await until('the log is here', async () => (await engine.log(view.id, 'first')).length === 2)
      expect(await engine.log(view.id, 'first')).toEqual(['before', 'after'])
      expect(tracking.points('first')).toEqual([
        { key: 'loss', value: 0.5, timestamp: 1, step: 1 },
        { key: 'loss', value: 'Infinity', timestamp: 1, step: 2 },
      ])
      expect(tracking.lines('silent')).toEqual([])
      const lines = tracking.lines('first')
      // How many lines the points come in is a matter of time.
      const params = lines.filter(({ body }) => 'params' in body)
      expect(params.map(({ body }) => body)).toMatchObject([
        { run_id: run('first'), params: [{ key: 'é', value: 'üüü' }] },
      ])
      const files = lines.filter(({ path }) => path.startsWith('artifacts/'))
      expect(files.map(({ path, body }) => [path, contentOf(body)])).toEqual(
        ['0', '1', '2'].map((index) => [`artifacts/42/${run('first')}/artifacts/a/${index}`, index]),
      )
      expect(engine.service.artifacts(view.id).map(({ output }) => output)).toEqual(['f'])
    })

    test('comes live, also in long lines, and ends with a step that was cancelled', async () => {
      const program = `
mlflow("runs/log-batch", run_id=R, params=[{"key": f"p{i}", "value": "x" * 6000} for i in range(90)])
metric("live", 1)
put("model", b"trained"); time.sleep(600)`
      const file = await engine.pipeline({ steps: { live: py(program) } }, 'live')
      const { id } = await engine.start(file, { cache: false })
      await until('its metric is here', () => tracking.points('live').length === 1)
      expect(tracking.lines('live')[0]?.body).toMatchObject({ params: { length: 90 } })
      await engine.service.cancel(id)
      expect(statusesOf(await engine.end(id))).toEqual({ live: 'cancelled' })
      expect(await engine.log(id, 'live')).toEqual([])
      await until('its file is here', () => tracking.lines('live').length === 3)
      expect(contentOf(tracking.lines('live')[2]?.body)).toBe('trained')
    })

    test('of a step that fails, of items and of attempts is told apart', async () => {
      const items = `
I = os.environ["MINISUB_ITEM"]; metric("item", int(I)); put("item", I.encode())`
      const program = `
metric("try", 1); put("try", os.environ["MINISUB_ATTEMPT"].encode()); sys.exit(1)`
      const steps = {
        each: { ...py(items), forEach: { x: ['a', 'b'] } },
        again: { ...py(program), retry: { limit: 1 } },
      }
      const view = await engine.run(await engine.pipeline({ steps }, 'items'), { cache: false })
      expect(statusesOf(view)).toEqual({ 'each[0]': 'succeeded', 'each[1]': 'succeeded', again: 'failed' })
      for (const item of [0, 1]) {
        const [point, file] = tracking.lines('each', { item })
        expect(point?.body['run_id']).toBe(run(`each${item}`))
        expect(contentOf(file?.body)).toBe(String(item))
      }
      for (const attempt of [1, 2]) {
        const [point, file] = tracking.lines('again', { attempt })
        expect(point?.body['run_id']).toBe(run('again'))
        expect(contentOf(file?.body)).toBe(String(attempt))
      }
    })
  })

  test('no call of it failed', () => {
    expect(engine.errors).toEqual([])
  })
})
