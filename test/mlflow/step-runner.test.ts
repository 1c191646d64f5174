import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keptArtifacts, readTrackingLine } from '#core/attempts/index.ts'
import { MLFLOW_VERSIONS, mlflowPythons, type MlflowVersion } from '#test/support/mlflow-environments.ts'
import { NO_TELEMETRY } from '#test/support/mlflow-server.ts'
import { describeWithMlflow } from '#test/support/requirements.ts'
import { runnerSpec, startRunner } from '#test/support/runner.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'

const PROGRAM = join(import.meta.dirname, '..', 'fixtures', 'mlflow', 'step_in_container.py')
const OWN = 'a'.repeat(32)
const withoutIds = (path: string): string => path.replaceAll(/m-[0-9a-f]{32}/g, 'MODEL')

await describeWithMlflow('the mlflow client of PyPI under the step runner', () => {
  let folder: string
  beforeAll(async () => void (await bundleRunner()))
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minisub-step-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  async function run(version: MlflowVersion): Promise<void> {
    const { python } = (await mlflowPythons())[version]
    const where = { run: OWN, experiment: '7', runName: 'train', experimentName: 'digits' }
    const { PATH, LANG, TMPDIR } = process.env
    const env = { ...NO_TELEMETRY, HOME: folder }
    const tracking = { ...where, folder: join(folder, 't') }
    const spec = runnerSpec([python, PROGRAM], { tracking, env, workingFolder: folder })
    const { stdout, stderr, end } = await startRunner(spec, { PATH, LANG, TMPDIR }).result()
    expect([end.exitCode, stdout.at(-1), stderr]).toEqual([0, 'tracked', expect.anything()])
  }

  describe.each(MLFLOW_VERSIONS)('of mlflow %s', (version) => {
    test('logs metrics, files, images, tables, nested runs and models, and hears in words what is not there', async () => {
      await run(version)
      const kept = readFileSync(join(folder, 't', 'lines.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map(readTrackingLine)
      expect(kept.map((line) => line?.n)).toEqual(kept.map((_, index) => index + 1))
      expect(kept.map((line) => line?.path)).toEqual(
        expect.arrayContaining(['runs/log-batch', 'runs/create', 'runs/update', 'runs/log-inputs']),
      )
      const files = keptArtifacts(readFileSync(join(folder, 't', 'artifacts.jsonl'), 'utf8'))
      const root = version.startsWith('2') ? `artifacts/7/${OWN}/artifacts/model` : 'artifacts/7/models/MODEL/artifacts'
      expect(files.map(({ path }) => withoutIds(path))).toEqual(
        expect.arrayContaining([`artifacts/7/${OWN}/artifacts/notes/a b.txt`, `${root}/MLmodel`]),
      )
      expect(readdirSync(join(folder, 't', 'files')).toSorted()).toEqual(
        [...new Set(files.map(({ body }) => body.sha256))].toSorted(),
      )
    })
  })
})
