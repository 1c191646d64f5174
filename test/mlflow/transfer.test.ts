import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { mlflowPythons, type MlflowVersion } from '#test/support/mlflow-environments.ts'
import { NO_TELEMETRY } from '#test/support/mlflow-server.ts'
import { describeWithMlflow } from '#test/support/requirements.ts'
import { openTrackingCore, type TrackingCore } from '#test/support/tracking-core.ts'

const PROGRAMS = join(import.meta.dirname, '..', 'fixtures', 'mlflow')

type Call = { readonly folder: string; readonly env?: Record<string, string>; readonly args?: readonly string[] }

/** Runs a program by the Python of a version; its last line of output. */
async function run(version: MlflowVersion, program: string, { folder, env: extra, args = [] }: Call): Promise<string> {
  const { python } = (await mlflowPythons())[version]
  const { PATH, HOME, LANG, TMPDIR } = process.env
  const env = { PATH, HOME, LANG, TMPDIR, ...NO_TELEMETRY, ...extra }
  const options = { cwd: folder, env, maxBuffer: 64 * 1_048_576 }
  const { stdout } = await promisify(execFile)(python, [join(PROGRAMS, `${program}.py`), ...args], options)
  return stdout.trim().split('\n').at(-1) ?? ''
}

async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'minisub-mlflow-source-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const accessTo = ({ url, token }: TrackingCore) => ({ MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token })

await describeWithMlflow('what MLflow has kept', () => {
  test.each([
    ['2.22.5', 'mlruns', (folder: string) => `file://${folder}/mlruns`],
    ['3.6.0', 'mlruns', (folder: string) => `file://${folder}/mlruns`],
    ['3.6.0', 'mlflow-db', (folder: string) => `sqlite:///${folder}/mlflow.db`],
  ] as const)('of version %s as %s says the same to a client after it was imported', async (version, kind, uriOf) => {
    const folder = await folderForTest()
    const source = { MLFLOW_TRACKING_URI: uriOf(folder) }
    expect(await run(version, 'source', { folder, env: source })).toBe('tracked')
    const there: unknown = JSON.parse(await run(version, 'dump', { folder, env: source }))
    await using core = await openTrackingCore()
    const client = createClient(core)
    const report = await client.importTracking({ path: folder })
    expect(report).toMatchObject({ kind, runs: 5, known: 0, models: 1, versions: 1, skipped: [] })
    const here: unknown = JSON.parse(await run(version, 'dump', { folder, env: accessTo(core) }))
    expect(here).toEqual(there)
    expect(await client.importTracking({ path: folder })).toMatchObject({ runs: 0, known: 5, points: 0, versions: 0 })
    expect(JSON.parse(await run(version, 'dump', { folder, env: accessTo(core) }))).toEqual(there)
  })

  test('comes out as Parquet that pyarrow reads', async () => {
    const folder = await folderForTest()
    await using core = await openTrackingCore()
    await run('3.6.0', 'source', { folder, env: accessTo(core) })
    const out = join(folder, 'out')
    await createClient(core).exportTracking({ folder: out, experiments: ['1'] })
    const read = JSON.parse(await run('3.6.0', 'parquet', { folder, args: [out] }))
    expect(read).toMatchObject({ rows: { runs: 3, metrics: 924, params: 2 }, nan: 1, infinite: 1, nulls: 0 })
    expect(read.columns.metrics).toEqual(['string', 'string', 'int64', 'timestamp[ms, tz=UTC]', 'double'])
  })
})
