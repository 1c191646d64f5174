import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writePipeline } from '#core/run-tracking/run-tracking-fixture.ts'
import { trackedStepId } from '#core/run-tracking/tracked-id.ts'
import { MLFLOW_VERSIONS, mlflowPythons } from '#test/support/mlflow-environments.ts'
import { NO_TELEMETRY } from '#test/support/mlflow-server.ts'
import { describeWithMlflow } from '#test/support/requirements.ts'
import { openTrackingCore, type TrackingCore } from '#test/support/tracking-core.ts'

const PROGRAM = join(import.meta.dirname, '..', 'fixtures', 'mlflow', 'step.py')

await describeWithMlflow('a step with the mlflow client of PyPI, without any set-up', () => {
  let core: TrackingCore
  let folder: string
  beforeAll(async () => {
    core = await openTrackingCore()
    folder = await mkdtemp(join(tmpdir(), 'minisub-mlflow-steps-'))
  })
  afterAll(async () => {
    await core[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  async function ask(path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${core.token}`, 'content-type': 'application/json' }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    return (await (await fetch(core.url + path, init)).json()) as Record<string, unknown>
  }

  type Run = { info: { status: string; run_name: string; experiment_id: string } }
  async function runs(experiment: string): Promise<Record<string, string>> {
    const found = await ask('/api/2.0/mlflow/runs/search', { experiment_ids: [experiment] })
    return Object.fromEntries((found['runs'] as Run[]).map(({ info }) => [info.run_name, info.status]))
  }

  test.each(MLFLOW_VERSIONS.slice(0, 2))(
    'logs, nests runs, logs a model and loads it again: mlflow %s',
    async (version) => {
      const { python } = (await mlflowPythons())[version]
      const name = `steps-${version.replaceAll('.', '-')}`
      const file = writePipeline(folder, name, {
        steps: { train: { command: [python, 'step.py'], env: NO_TELEMETRY, outputs: { run: { type: 'string' } } } },
      })
      await copyFile(PROGRAM, join(folder, 'code', 'step.py'))
      const { id } = (await ask('/api/v1/runs', { file })) as { id: string }
      const view = async () =>
        (await ask(`/api/v1/runs/${id}`)) as { status: string; steps: { outputs: object; reason: string | null }[] }
      await expect.poll(async () => (await view()).status, { timeout: 200_000 }).toMatch(/succeeded|failed/)
      const step = trackedStepId({ run: id, step: 'train', item: null })
      const { steps, status } = await view()
      const log = status === 'succeeded' ? '' : await ask(`/api/v1/runs/${id}/steps/train/log`)
      expect([steps[0]?.outputs, log]).toEqual([{ run: step }, ''])
      const { run } = (await ask(`/api/2.0/mlflow/runs/get?run_id=${step}`)) as { run: Run }
      await expect
        .poll(() => runs(run.info.experiment_id))
        .toEqual({ [id]: 'FINISHED', train: 'FINISHED', inner: 'FINISHED', second: 'FINISHED' })
    },
    120_000,
  )
})
