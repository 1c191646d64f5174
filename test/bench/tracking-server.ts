import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, type Measurement } from './report.ts'

const CLI = join(import.meta.dirname, '..', '..', 'core', 'cli', 'minisub.js')
const CONNECTIONS = 16
const REQUESTS = 20_000
const BATCHES = 100
const ROUNDS = 3

/** Reads the body, says `{}`. */
const CONSTANT = `require('node:http').createServer((request, answer) => {
  request.on('data', () => undefined)
  request.on('end', () => {
    answer.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 })
    answer.end('{}')
  })
}).listen(0, '127.0.0.1', function () { console.log(JSON.stringify({ url: 'http://127.0.0.1:' + this.address().port })) })`

/** How much a core takes of what clients of MLflow log, over plain sockets, beside a server that only answers. */
export async function measureTrackingServer(): Promise<Measurement[]> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-bench-tracking-'))
  const core = await start(CLI, 'serve', '--json', '--home', home)
  const bare = await start('-e', CONSTANT)
  try {
    const token = readFileSync(join(home, 'token'), 'utf8').trim()
    return await measure({ core: core.port, bare: bare.port, token, run: await createRun(core.port, token) })
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
type Load = { readonly connections: number; readonly requests: number; readonly next: (port: number) => string }

/** Sends requests over connections that are kept, one at a time on each. */
async function load(port: number, { connections, requests, next }: Load) {
  const took: number[] = []
  let left = requests
  const work = async () => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    while (left > 0) {
      left -= 1
      const began = performance.now()
      await ask(socket, next(port))
      took.push(performance.now() - began)
    }
    socket.destroy()
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, work))
  const seconds = (performance.now() - began) / 1_000
  const sorted = took.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN
  return { perSecond: requests / seconds, p50: at(0.5), p95: at(0.95) }
}

/** The body of the answer, which must be a good one, short, and end with a bracket. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!text.endsWith('}')) return
      socket.off('data', take)
      if (text.startsWith('HTTP/1.1 200')) resolve(text.slice(text.indexOf('\r\n\r\n') + 4))
      else reject(new Error(text))
    }
    socket.on('data', take)
    socket.write(request)
  })
}

function post(port: number, path: string, { token, body }: { readonly token: string; readonly body: string }): string {
  const head = [
    `POST /api/2.0/mlflow/runs/${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    'User-Agent: mlflow-python-client/3.6.0',
    `Authorization: Bearer ${token}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

function pointOf(run: string, step: number): string {
  return JSON.stringify({ run_uuid: run, run_id: run, key: 'loss', value: 1 / step, timestamp: Date.now(), step })
}

function batchOf(run: string, from: number): string {
  const timestamp = Date.now()
  const metrics = Array.from({ length: 1_000 }, (_, index) => ({
    key: 'batch',
    value: 1 / (from + index),
    timestamp,
    step: from + index,
  }))
  return JSON.stringify({ run_id: run, metrics })
}

async function createRun(port: number, token: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/runs/create`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ experiment_id: '0' }),
  })
  return ((await response.json()) as { run: { info: { run_id: string } } }).run.info.run_id
}

async function start(...args: string[]): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<Buffer>((done) => void child.stdout.once('data', done))
  const { url } = JSON.parse(line.toString()) as { url: string }
  return { child, port: Number(new URL(url).port) }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => void child.once('exit', done))
  child.kill()
  await ended
}
