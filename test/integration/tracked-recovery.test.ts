import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isFinalRun } from '#core/contract/events.ts'
import { trackedStepId } from '#core/run-tracking/tracked-id.ts'
import { openReadOnly } from '#core/store/index.ts'
import { openCliSandbox, runOf, type CliSandbox, type Started } from '#test/support/cli-sandbox.ts'

const ITEMS = 60
const KILLS = 6

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

type Row = { readonly name: string; readonly status: number; readonly run: string }

/** All tracked runs; status as they are stored: 0 runs, 2 is finished, 4 killed. */
function rows(sandbox: CliSandbox): Row[] {
  const db = openReadOnly(join(sandbox.home, 'tracking.db'))
  try {
    return db.prepare<[], Row>('SELECT name, status, run_id AS run FROM runs ORDER BY id').all()
  } finally {
    db.close()
  }
}

async function ended(sandbox: CliSandbox, run: string): Promise<string> {
  const status = async () => (await sandbox.client().showRun({ run })).status
  await expect.poll(async () => isFinalRun(await status()), { timeout: 60_000 }).toBe(true)
  return status()
}

test('a run whose core is killed with -9 again and again is tracked whole and once', { timeout: 120_000 }, async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('killed', [
    'steps:',
    `  each: {forEach: {i: ${JSON.stringify(Array.from({ length: ITEMS }, (_, i) => i))}}, parallelism: 3, command: [sleep, '0.15']}`,
  ])
  let core = await startCore(sandbox)
  const run = runOf(await sandbox.minisub('run', file, '--detach', '--json')).id
  for (let kill = 0; kill < KILLS; kill += 1) {
    await delay(150 + 110 * kill)
    core.child.kill('SIGKILL')
    await core.finished
    core = await startCore(sandbox)
  }
  expect(await ended(sandbox, run)).toBe('succeeded')
  await expect.poll(() => rows(sandbox).filter(({ status }) => status === 0), { timeout: 10_000 }).toEqual([])
  const names = ['each', ...Array.from({ length: ITEMS }, (_, i) => `each[${i}]`)].slice(1)
  expect(
    rows(sandbox)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([run, ...names].toSorted())
  expect(new Set(rows(sandbox).map(({ status }) => status))).toEqual(new Set([2]))
})

test('a step that was lost while no core ran is killed where it is tracked', { timeout: 60_000 }, async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('lost', ['steps:', '  once: {command: [sh, -c, "sleep 60"]}'])
  const core = await startCore(sandbox)
  const run = runOf(await sandbox.minisub('run', file, '--detach', '--json')).id
  const step = trackedStepId({ run, step: 'once', item: null })
  await expect.poll(() => rows(sandbox).some((row) => row.run === step), { timeout: 10_000 }).toBe(true)
  // The runner and its command: a step is said to run a little before its processes are there.
  await expect.poll(() => processesOf(run).length, { timeout: 10_000 }).toBeGreaterThan(1)
  core.child.kill('SIGKILL')
  await core.finished
  for (const pid of processesOf(run)) process.kill(pid, 'SIGKILL')
  await startCore(sandbox)
  await ended(sandbox, run)
  await expect.poll(() => rows(sandbox).map(({ status }) => status), { timeout: 10_000 }).toEqual([3, 4])
})

/** Processes that carry a run's id in their environment. */
function processesOf(run: string): number[] {
  return readdirSync('/proc')
    .filter((pid) => {
      if (!/^\d+$/.test(pid)) return false
      try {
        return readFileSync(join('/proc', pid, 'environ'), 'latin1').includes(`MINISUB_RUN_ID=${run}`)
      } catch {
        return false
      }
    })
    .map(Number)
}

test(
  'a point that was answered is there after the core was killed with -9 in the same moment',
  { timeout: 60_000 },
  async () => {
    await using sandbox = await openCliSandbox()
    let core = await startCore(sandbox)
    const ask = trackingOf(sandbox)
    const { run } = await ask<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' })
    const run_id = run.info.run_id
    let step = 0
    for (const many of [1, 7, 120]) {
      for (const end = step + many; step < end; step += 1) {
        await ask('runs/log-metric', { run_id, key: 'loss', value: step / 7, timestamp: step, step })
      }
      core.child.kill('SIGKILL')
      await core.finished
      core = await startCore(sandbox)
      const { metrics } = await ask<{ metrics: { value: number }[] }>(
        `metrics/get-history?run_id=${run_id}&metric_key=loss`,
      )
      expect(metrics.map(({ value }) => value)).toEqual(Array.from({ length: step }, (_, at) => at / 7))
    }
  },
)

/** Calls of MLflow's protocol to the core that runs now: with a body by POST, else by GET. */
function trackingOf(sandbox: CliSandbox) {
  return async <Reply>(path: string, body?: object): Promise<Reply> => {
    const { url } = JSON.parse(readFileSync(join(sandbox.home, 'address.json'), 'utf8')) as { url: string }
    const token = readFileSync(join(sandbox.home, 'token'), 'utf8').trim()
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return JSON.parse(text) as Reply
  }
}
