import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MLFLOW_VERSIONS, mlflowPythons, type MlflowVersion } from '#test/support/mlflow-environments.ts'
import { NO_TELEMETRY } from '#test/support/mlflow-server.ts'
import { describeWithMlflow } from '#test/support/requirements.ts'
import { openTrackingCore, type TrackingCore } from '#test/support/tracking-core.ts'

const PROGRAMS = join(import.meta.dirname, '..', 'fixtures', 'mlflow')
/** Of the one version that also logs a file of 200 MB. */
const BIG: Partial<Record<MlflowVersion, string>> = { '3.17.2': '200' }

await describeWithMlflow('unchanged programs that use the mlflow client of PyPI', () => {
  let core: TrackingCore
  let folder: string

  beforeAll(async () => {
    core = await openTrackingCore()
    folder = await mkdtemp(join(tmpdir(), 'minisub-mlflow-programs-'))
  })
  afterAll(async () => {
    await core[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  /** Runs a program that asserts itself, with the address and the token and no more; its last line of output. */
  async function run(version: MlflowVersion, program: string): Promise<string> {
    const { python } = (await mlflowPythons())[version]
    const where = { MLFLOW_TRACKING_URI: core.url, MLFLOW_TRACKING_TOKEN: core.token }
    const { PATH, HOME, LANG, TMPDIR } = process.env
    const env = { PATH, HOME, LANG, TMPDIR, ...NO_TELEMETRY, ...where, BIG_MB: BIG[version] ?? '0' }
    const { stdout } = await promisify(execFile)(python, [join(PROGRAMS, `${program}.py`)], { cwd: folder, env })
    return stdout.trim().split('\n').at(-1) ?? ''
  }

  describe.each(MLFLOW_VERSIONS)('of mlflow %s', (version) => {
    test('log parameters, metrics, tags and batches, nest runs, search, delete and restore', async () => {
      expect(await run(version, 'tracking')).toBe('tracked')
    })

    test('log files, texts, images and tables, list them and read them back', async () => {
      expect(await run(version, 'artifacts')).toBe('kept')
    })

    test('autolog scikit-learn, register models, load them by version and alias, copy them', async () => {
      expect(await run(version, 'models')).toBe('registered')
    })

    test('trace functions without a fault', async () => {
      expect(await run(version, 'traces')).toBe('traced')
    })
  })
})
