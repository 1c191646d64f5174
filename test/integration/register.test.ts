import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isFinalRun } from '#core/contract/events.ts'
import { openStore } from '#core/store/index.ts'
import { openCliSandbox, runOf, until, type CliSandbox, type Started } from '#test/support/cli-sandbox.ts'

const LINES = [
  'steps:',
  '  choose: {command: [sh, -c, "printf weights > $MINISUB_OUTPUTS/best"], outputs: {best: {type: file}}}',
  '  register: {register: {model: wine, from: "${{ steps.choose.outputs.best }}", alias: champion}}',
]

/** Starts a core of its own and waits until it is ready. */
async function startCore(sandbox: CliSandbox): Promise<Started> {
  const core = sandbox.start('serve', '--json')
  await new Promise<void>((resolve, reject) => {
    core.child.stdout?.once('data', () => resolve())
    void core.finished.then(({ stderr, code }) => reject(new Error(`the core ended with ${code}: ${stderr}`)))
  })
  void core.finished.catch(() => undefined)
  return core
}

async function kill(core: Started): Promise<void> {
  core.child.kill('SIGKILL')
  await core.finished
}

/** Asks as MLflow's clients do. */
async function ask(sandbox: CliSandbox, path: string): Promise<Record<string, unknown>> {
  const { url } = JSON.parse(readFileSync(join(sandbox.home, 'address.json'), 'utf8')) as { url: string }
  const authorization = `Bearer ${readFileSync(join(sandbox.home, 'token'), 'utf8').trim()}`
  const response = await fetch(`${url}/api/2.0/mlflow/${path}`, { headers: { authorization } })
  return (await response.json()) as Record<string, unknown>
}

function change(sandbox: CliSandbox, sql: string): void {
  const store = openStore(sandbox.home)
  store.db.exec(sql)
  store[Symbol.dispose]()
}

test(
  'a core that is killed between the version and the word that it is made leaves one version, which the next core finds',
  { timeout: 120_000 },
  async () => {
    await using sandbox = await openCliSandbox()
    const file = await sandbox.pipeline('killed', LINES)
    await kill(await startCore(sandbox))
    // The core cannot write down that the step has ended, as on a full disk.
    change(
      sandbox,
      `CREATE TRIGGER full BEFORE INSERT ON run_events WHEN new.kind = 'attempt.finished'
         AND json_extract(new.payload, '$.step') = 'register' BEGIN SELECT raise(ABORT, 'full'); END`,
    )
    let core = await startCore(sandbox)
    const { id } = runOf(await sandbox.minisub('run', file, '--detach', '--json'))
    const byAlias = 'registered-models/alias?name=wine&alias=champion'
    await until('the version is there', async () => 'model_version' in (await ask(sandbox, byAlias)))
    const made = await ask(sandbox, byAlias)
    expect((await sandbox.client().showRun({ run: id })).status).toBe('running')
    await kill(core)
    core = await startCore(sandbox)
    await until(
      'the next core is at it',
      async () => (await sandbox.client().showRun({ run: id })).status === 'running',
    )
    await kill(core)

    change(sandbox, 'DROP TRIGGER full')
    await startCore(sandbox)
    const client = sandbox.client()
    await until('the run has ended', async () => isFinalRun((await client.showRun({ run: id })).status))
    const run = await client.showRun({ run: id })
    expect(run.status).toBe('succeeded')
    expect(run.steps.map(({ name, attempts, outputs }) => [name, attempts, outputs['version']])).toEqual([
      ['choose', 1, undefined],
      ['register', 1, 1],
    ])
    const found = await ask(sandbox, 'model-versions/search?max_results=10')
    expect(found['model_versions']).toEqual([
      expect.objectContaining({
        name: 'wine',
        version: '1',
        creation_timestamp: versionOf(made)['creation_timestamp'],
      }),
    ])
    const { run_id: maker, model_id: model } = versionOf(made)
    const tracked = await ask(sandbox, `runs/get?run_id=${String(maker)}`)
    expect(tracked['run']).toMatchObject({
      info: { run_name: 'choose', status: 'FINISHED' },
      outputs: { model_outputs: [{ model_id: model, step: 0 }] },
    })
    expect((await sandbox.minisub('show', id)).stdout).toContain('version 1 of wine, champion')
  },
)

function versionOf(answer: Record<string, unknown>): Record<string, unknown> {
  return answer['model_version'] as Record<string, unknown>
}
