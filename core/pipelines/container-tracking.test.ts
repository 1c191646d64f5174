import { setTimeout as sleep } from 'node:timers/promises'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrackedEngine, writePipeline } from '#core/run-tracking/run-tracking-fixture.ts'
import { trackedStepId } from '#core/run-tracking/tracked-id.ts'
import { openArtifactReads } from '#core/tracking/index.ts'
import { openEngine, statusesOf, until, type Engine } from '#test/support/engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { CALLS, recordingTracking } from '#test/support/step-tracking.ts'

const py = (program: string): object => ({ command: ['python', '-c', CALLS + program] })
const run = (step: string): string => step.padEnd(32, '0')

describeWithDocker('what steps track in containers', () => {
  const tracking = recordingTracking()
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'docker', tracking })))
  afterAll(() => engine[Symbol.asyncDispose]())

  const contentOf = (body: Readonly<Record<string, unknown>> | undefined): string =>
    readFileSync(engine.blobs.pathOf(String(body?.['sha256'])), 'utf8')

  test('comes with its files, and is no output of the step', async () => {
    const program = `
metric("loss", 0.5, 1); metric("loss", float("nan"), 2)
mlflow("runs/log-parameter", run_id=R, key="é", value="${'ü'.repeat(3)}")
inner = mlflow("runs/create", experiment_id=E)["run"]["info"]["run_id"]
put("a/b%20c.txt", b"first"); put("a/b%20c.txt", b"second"); put("gone", b"x")
call("DELETE", f"/api/2.0/mlflow-artifacts/artifacts/{E}/{R}/artifacts/gone", None)
open(os.environ["MINISUB_OUTPUTS"] + "/f", "w").write(inner)
print(sorted(os.listdir(os.environ["MINISUB_OUTPUTS"])))`
    const file = await engine.pipeline({ steps: { first: { ...py(program), outputs: { f: { type: 'file' } } } } }, 'a')
    const view = await engine.run(file, { cache: false })
    expect(statusesOf(view)).toEqual({ first: 'succeeded' })
    expect(await engine.log(view.id, 'first')).toEqual(["['f']"])
    const inner = await engine.text(view.id, 'first', { output: 'f' })
    const lines = tracking.lines('first')
    expect(lines.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST runs/log-batch',
      'POST runs/log-batch',
      'POST runs/create',
      `PUT artifacts/42/${run('first')}/artifacts/a/b c.txt`,
    ])
    expect(tracking.points('first')).toEqual([
      { key: 'loss', value: 0.5, timestamp: 1, step: 1 },
      { key: 'loss', value: 'NaN', timestamp: 1, step: 2 },
    ])
    expect(lines[1]?.body).toMatchObject({ run_id: run('first'), params: [{ key: 'é', value: 'üüü' }] })
    expect(lines[2]?.body).toMatchObject({
      run_id: inner,
      tags: expect.arrayContaining([{ key: 'mlflow.parentRunId', value: run('first') }]) as unknown,
    })
    expect(contentOf(lines[3]?.body)).toBe('second')
    expect(engine.service.artifacts(view.id).map(({ output }) => output)).toEqual(['f'])
    expect(engine.errors).toEqual([])
  })

  test('comes live, once, also to a later core, and of a step that fails or is killed', async () => {
    const failing = `
metric("live", 1)
put("model", b"trained"); time.sleep(600)`
    const steps = { fails: py(`metric("a", 1); put("f", b"failed"); sys.exit(3)`), live: py(failing) }
    const file = await engine.pipeline({ steps }, 'b')
    const { id } = await engine.start(file, { cache: false })
    await until('its metric is here', () => tracking.points('live').length === 1)
    await engine.reopen()
    await sleep(1_000)
    await engine.service.cancel(id)
    expect(statusesOf(await engine.end(id))).toEqual({ fails: 'failed', live: 'cancelled' })
    expect(tracking.lines('fails').map(({ path }) => path)).toEqual([
      'runs/log-batch',
      `artifacts/42/${run('fails')}/artifacts/f`,
    ])
    expect(tracking.lines('live').map(({ n, path }) => [n, path])).toEqual([
      [1, 'runs/log-batch'],
      [2, `artifacts/42/${run('live')}/artifacts/model`],
    ])
    expect(contentOf(tracking.lines('live')[1]?.body)).toBe('trained')
    expect(await engine.log(id, 'live')).toEqual([])
    expect(engine.errors).toEqual([])
  })

  test('belongs to attempts, each with lines of its own', async () => {
    const program = `
metric("try", 1)
put("try", os.environ["MINISUB_ATTEMPT"].encode())
sys.exit(0 if os.environ["MINISUB_ATTEMPT"] == "2" else 1)`
    const step = { ...py(program), retry: { limit: 1 } }
    const view = await engine.run(await engine.pipeline({ steps: { again: step } }, 'c'), { cache: false })
    expect(statusesOf(view)).toEqual({ again: 'succeeded' })
    for (const attempt of [1, 2]) {
      const [point, file] = tracking.lines('again', { attempt })
      expect(point?.body['run_id']).toBe(run('again'))
      expect(contentOf(file?.body)).toBe(String(attempt))
    }
  })

  test('much of it is there in the end, and in order, however little of it came live', async () => {
    const program = `
for i in range(40):
    mlflow("runs/log-batch", run_id=R, metrics=[{"key": f"k{i % 7}", "value": j, "timestamp": 1, "step": i * 1000 + j} for j in range(1000)])`
    const view = await engine.run(await engine.pipeline({ steps: { chatty: py(program) } }, 'd'), { cache: false })
    expect(statusesOf(view)).toEqual({ chatty: 'succeeded' })
    const steps = tracking.points('chatty').map((point) => (point as { readonly step: number }).step)
    expect(steps).toEqual(Array.from({ length: 40_000 }, (_, index) => index))
  })

  test('a step with a server of its own is left alone', async () => {
    const step = {
      command: ['python', '-c', 'import os; print(sorted(it for it in os.environ.items() if "MLFLOW" in it[0]))'],
      env: { MLFLOW_TRACKING_URI: 'http://elsewhere' },
    }
    const view = await engine.run(await engine.pipeline({ steps: { own: step } }, 'e'), { cache: false })
    expect(await engine.log(view.id, 'own')).toEqual(["[('MLFLOW_TRACKING_URI', 'http://elsewhere')]"])
    expect(tracking.lines('own')).toEqual([])
  })

  test('is in the run of the step, where the core tracks itself', async () => {
    const root = mkdtempSync(join(tmpdir(), 'minisub-tracked-docker-'))
    const core = openTrackedEngine(join(root, 'home'))
    try {
      const program = `
metric("loss", 0.5, 3)
mlflow("runs/log-parameter", run_id=R, key="lr", value="0.1")
inner = mlflow("runs/create", experiment_id=E, run_name="inner")["run"]["info"]["run_id"]
model = mlflow("logged-models", experiment_id=E, name="m", source_run_id=R)["model"]["info"]["model_id"]
call("PATCH", f"/api/2.0/mlflow/logged-models/{model}", json.dumps({"model_id": model, "status": "LOGGED_MODEL_READY"}).encode())
call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{E}/models/{model}/artifacts/MLmodel", b"flavors")
put("notes/a.txt", b"note"); print(R, inner, model)`
      const file = writePipeline(root, 'tracked', { steps: { train: py(program) } })
      const { id } = await core.service.start({ file, target: 'docker' }, {})
      await expect.poll(() => core.service.show(id).status, { timeout: 60_000 }).toBe('succeeded')
      const log = await core.service.log({ run: id, step: 'train', item: null }, { from: 0, maxBytes: 1_000 })
      const [own = '', inner = '', model = ''] = log.lines[0]?.text.split(' ') ?? []
      const { reads, db } = core.tracking
      expect(own).toBe(trackedStepId({ run: id, step: 'train', item: null }))
      expect(reads.run(own)).toMatchObject({
        metrics: [{ key: 'loss', value: 0.5, step: 3 }],
        params: expect.arrayContaining([{ key: 'lr', value: '0.1' }]) as unknown,
      })
      expect(reads.run(inner).info.name).toBe('inner')
      expect(reads.run(inner).tags).toContainEqual({ key: 'mlflow.parentRunId', value: own })
      expect(reads.loggedModel(model)).toMatchObject({ name: 'm', status: 'LOGGED_MODEL_READY', sourceRunId: own })
      const artifacts = openArtifactReads(db)
      for (const [uri, path, size] of [
        [reads.run(own).info.artifactUri, 'notes/a.txt', 4],
        [reads.loggedModel(model).artifactUri, 'MLmodel', 7],
      ] as const) {
        expect(artifacts.get(`${uri.replace('mlflow-artifacts:/', '')}/${path}`).size).toBe(size)
      }
      expect(reads.run(own).tags.map(({ key }) => key)).not.toContain('minisub.tracking_error')
      expect(core.errors).toEqual([])
    } finally {
      await core[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    }
  })
})
