import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, type Measurement } from './report.ts'
import { batchOf, CONSTANT, end, load, pointOf, post, start } from './tracking-load.ts'
import { createRun, trackingClient } from './tracking-seed.ts'

const CLI = join(import.meta.dirname, '..', '..', 'core', 'cli', 'minisub.js')
const CONNECTIONS = 16
const REQUESTS = 20_000
const BATCHES = 100
const ROUNDS = 3

/** How much a core takes of what clients of MLflow log, over plain sockets, beside a server that only answers. */
export async function measureTrackingServer(): Promise<Measurement[]> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-bench-tracking-'))
  const core = await start(CLI, 'serve', '--json', '--home', home)
  const bare = await start('-e', CONSTANT)
  try {
    const token = readFileSync(join(home, 'token'), 'utf8').trim()
    return await measure({
      core: core.port,
      bare: bare.port,
      token,
      run: await createRun(trackingClient(core.port, token)),
    })
  } finally {
    for (const { child } of [core, bare]) await end(child)
    rmSync(home, { recursive: true, force: true })
  }
}

type Setting = { readonly core: number; readonly bare: number; readonly token: string; readonly run: string }

async function measure({ core, bare, token, run }: Setting): Promise<Measurement[]> {
  const many: Figures = { ours: [], floor: [] }
  const one: Figures = { ours: [], floor: [] }
  const late: number[] = []
  const batches: Figures = { ours: [], floor: [] }
  let step = 0
  const metric = (port: number) => post(port, 'log-metric', { token, body: pointOf(run, (step += 1)) })
  const batch = (port: number) => post(port, 'log-batch', { token, body: batchOf(run, (step += 1_000)) })
  for (let round = 0; round < ROUNDS; round += 1) {
    many.floor.push((await load(bare, { connections: CONNECTIONS, requests: REQUESTS, next: metric })).perSecond)
    const busy = await load(core, { connections: CONNECTIONS, requests: REQUESTS, next: metric })
    many.ours.push(busy.perSecond)
    late.push(busy.p95)
    one.floor.push((await load(bare, { connections: 1, requests: REQUESTS / 10, next: metric })).perSecond)
    one.ours.push((await load(core, { connections: 1, requests: REQUESTS / 10, next: metric })).perSecond)
    batches.floor.push((await load(bare, { connections: 1, requests: BATCHES, next: batch })).p50)
    batches.ours.push((await load(core, { connections: 1, requests: BATCHES, next: batch })).p50)
  }
  const floorName = 'a Node server that answers {}'
  const row = (name: string, { ours, floor }: Figures, unit: string) =>
    ({ name, value: median(ours), unit, floor: median(floor), floorName }) as const
  return [
    { ...row('log-metric, 16 connections', many, '/s'), bound: 5_000, atLeast: true },
    { name: 'its 95th percentile', value: median(late), unit: 'ms', floor: null, floorName: '', bound: 5 },
    { ...row('log-metric, one connection', one, '/s'), bound: 1_000, atLeast: true },
    { ...row('log-batch of 1,000 points, half of them within', batches, 'ms'), bound: 20 },
  ]
}

type Figures = { readonly ours: number[]; readonly floor: number[] }
