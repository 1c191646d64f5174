import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mlflowFault, mlflowPythons, SERVER_VERSION } from '#test/support/mlflow-environments.ts'
import { NO_TELEMETRY, startMlflowServer } from '#test/support/mlflow-server.ts'
import { median, type Measurement } from './report.ts'
import { batchOf, CONSTANT, end, load, pointOf, post, start } from './tracking-load.ts'
import { createRun, seedHistory, seedRuns, trackingClient, type TrackingClient } from './tracking-seed.ts'

const CLI = join(import.meta.dirname, '..', '..', 'core', 'cli', 'minisub.js')
const ROUNDS = 3
const FLOOR = `mlflow server ${SERVER_VERSION}, SQLite, one worker`
/** What each run of a search has: 20 metrics and 20 parameters. */
const SEARCHED = { runs: 500, keys: 20 }
const MANY = { runs: 10_000, keys: 5 }

/**
 * The same requests to a core and to a real server of MLflow, and an unchanged client of MLflow against a core and
 * against a server that only answers. Nothing where no mlflow can be had.
 */
export async function measureAgainstMlflow(): Promise<Measurement[]> {
  const fault = await mlflowFault()
  if (fault !== undefined) {
    console.log(`skipped: ${fault}`)
    return []
  }
  const { python } = (await mlflowPythons())[SERVER_VERSION]
  const home = mkdtempSync(join(tmpdir(), 'minisub-bench-mlflow-'))
  const core = await start(CLI, 'serve', '--json', '--home', home)
  const bare = await start('-e', CONSTANT)
  try {
    const token = readFileSync(join(home, 'token'), 'utf8').trim()
    const ours = trackingClient(core.port, token)
    const clients = await measureClients(python, { core: core.port, bare: bare.port, token })
    await using server = await startMlflowServer(python)
    const theirs = trackingClient(Number(new URL(server.url).port), token)
    return [...clients, ...(await measureWrites(ours, theirs)), ...(await measureReads(ours, theirs))]
  } finally {
    for (const { child } of [core, bare]) await end(child)
    rmSync(home, { recursive: true, force: true })
  }
}

async function measureWrites(ours: TrackingClient, theirs: TrackingClient): Promise<Measurement[]> {
  const figures = { one: [] as Pair[], many: [] as Pair[], batch: [] as Pair[] }
  const runs = { ours: await createRun(ours), theirs: await createRun(theirs) }
  let step = 0
  const sent = async (
    make: (run: string, step: number) => string,
    path: string,
    { connections, requests }: { connections: number; requests: number },
  ): Promise<{ ours: Rate; theirs: Rate }> => {
    const to = ({ port, token }: TrackingClient, run: string, scale: number): Promise<Rate> =>
      load(port, {
        connections,
        requests: requests * scale,
        next: (at) => post(at, path, { token, body: make(run, (step += 1_000)) }),
      })
    return { theirs: await to(theirs, runs.theirs, 1), ours: await to(ours, runs.ours, 10) }
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = await sent(pointOf, 'log-metric', { connections: 1, requests: 300 })
    figures.one.push({ ours: one.ours.perSecond, theirs: one.theirs.perSecond })
    const many = await sent(pointOf, 'log-metric', { connections: 16, requests: 600 })
    figures.many.push({ ours: many.ours.perSecond, theirs: many.theirs.perSecond })
    const batch = await sent(batchOf, 'log-batch', { connections: 1, requests: 10 })
    figures.batch.push({ ours: batch.ours.p50, theirs: batch.theirs.p50 })
  }
  const times = median(figures.one.map(({ ours: mine, theirs: other }) => mine / other))
  return [
    { name: 'log-metric, one connection', ...beside(figures.one, '/s'), bound: 1_000, atLeast: true },
    {
      name: 'log-metric, one connection',
      value: times,
      unit: '× mlflow',
      floor: 1,
      floorName: FLOOR,
      bound: 5,
      atLeast: true,
    },
    { name: 'log-metric, 16 connections', ...beside(figures.many, '/s'), bound: 5_000, atLeast: true },
    { name: 'log-batch of 1,000 points, half of them within', ...beside(figures.batch, 'ms'), bound: 20 },
  ]
}

async function measureReads(ours: TrackingClient, theirs: TrackingClient): Promise<Measurement[]> {
  const history = await both(ours, theirs, async (client) => {
    const run_id = await seedHistory(client, 20)
    return () => client.get(`metrics/get-history?run_id=${run_id}&metric_key=batch&max_results=20000`)
  })
  const search = await both(ours, theirs, async (client) => {
    const experiment = await seedRuns(client, SEARCHED)
    return () => client.post('runs/search', { experiment_ids: [experiment], max_results: SEARCHED.runs })
  })
  const experiment = await seedRuns(ours, MANY)
  const first: number[] = []
  for (const max_results of [100, 1_000]) {
    first.push(await timed(() => ours.post('runs/search', { experiment_ids: [experiment], max_results })))
  }
  return [
    { name: 'history of 20,000 points', ...beside([history], 'ms'), bound: 60 },
    { name: 'search of 500 runs with 20 metrics and 20 params', ...beside([search], 'ms'), bound: 80 },
    { name: 'first page of 10,000 runs, 100 rows', value: first[0] ?? Number.NaN, unit: 'ms', ...NO_FLOOR, bound: 150 },
    {
      name: 'first page of 10,000 runs, 1,000 rows',
      value: first[1] ?? Number.NaN,
      unit: 'ms',
      ...NO_FLOOR,
      bound: 150,
    },
  ]
}

const NO_FLOOR = { floor: null, floorName: '' }

/** `log_metric` of the client as it is, calls a second: against a core, as a part of what an empty server would allow. */
async function measureClients(
  python: string,
  { core, bare, token }: { readonly core: number; readonly bare: number; readonly token: string },
): Promise<Measurement[]> {
  const run = await createRun(trackingClient(core, token))
  const rate = (port: number): number => {
    const env = {
      ...process.env,
      ...NO_TELEMETRY,
      MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}`,
      MLFLOW_TRACKING_TOKEN: token,
    }
    const { stdout, stderr, status } = spawnSync(python, ['-c', CLIENT, run], { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return Number(stdout)
  }
  const pairs = Array.from({ length: ROUNDS }, () => ({ theirs: rate(bare), ours: rate(core) }))
  const part = median(pairs.map(({ ours, theirs }) => ours / theirs))
  return [
    {
      name: 'log_metric of an unchanged client, of its own rate',
      value: 100 * part,
      unit: '%',
      floor: median(pairs.map(({ theirs }) => theirs)),
      floorName: 'calls a second against a server that answers {}',
      bound: 90,
      atLeast: true,
    },
  ]
}

const CLIENT = `
import sys, time
from mlflow import MlflowClient
client, run = MlflowClient(), sys.argv[1]
for step in range(200): client.log_metric(run, "warm", 1.0, step=step)
began = time.perf_counter()
for step in range(2000): client.log_metric(run, "loss", 1.0, step=step)
print(2000 / (time.perf_counter() - began))
`

type Rate = { readonly perSecond: number; readonly p50: number }
type Pair = { readonly ours: number; readonly theirs: number }

function beside(pairs: readonly Pair[], unit: string): Pick<Measurement, 'value' | 'unit' | 'floor' | 'floorName'> {
  return {
    value: median(pairs.map(({ ours }) => ours)),
    unit,
    floor: median(pairs.map(({ theirs }) => theirs)),
    floorName: FLOOR,
  }
}

/** Milliseconds of the same request to both, the first one of each not counted. */
async function both(
  ours: TrackingClient,
  theirs: TrackingClient,
  prepare: (client: TrackingClient) => Promise<() => Promise<unknown>>,
): Promise<Pair> {
  return { theirs: await timed(await prepare(theirs)), ours: await timed(await prepare(ours)) }
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  await ask()
  const took: number[] = []
  for (let round = 0; round < 7; round += 1) {
    const began = performance.now()
    await ask()
    took.push(performance.now() - began)
  }
  return median(took)
}
