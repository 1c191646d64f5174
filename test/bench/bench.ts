// `npm run bench`: each line is a figure, the bound that it should keep, and its floor from the same run.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse as parseYaml } from 'yaml'
import { validateDocument } from '#core/pipelines/index.ts'
import { measureCompile } from './compile.ts'
import { measureClusterSteps } from './cluster-steps.ts'
import { measureDockerSteps } from './docker-steps.ts'
import { measureCached, measureSteps } from './engine.ts'
import { measureHistory } from './history.ts'
import { measureLocalCluster } from './local-cluster.ts'
import { measureObjects } from './objects.ts'
import { holds, median, printMeasurements, type Measurement } from './report.ts'
import { measureRunTracking } from './run-tracking.ts'
import { measureRunner } from './runner-cost.ts'
import { measureAgainstMlflow } from './tracking-mlflow.ts'
import { measureScan } from './scan.ts'
import { measureTrackingServer } from './tracking-server.ts'
import { measureTrackingStore } from './tracking-store.ts'
import { measureWatch } from './watch-cost.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const CLI = join(ROOT, 'core', 'cli', 'minisub.js')
const ROUNDS = 7

function timeCommand(...args: string[]): number {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`)
  return performance.now() - began
}

function measureHelp(): Measurement[] {
  timeCommand(CLI, '--help')
  const over: number[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor = timeCommand('-e', '0')
    bare.push(floor)
    over.push(timeCommand(CLI, '--help') - floor)
  }
  return [
    {
      name: 'minisub --help, above bare',
      value: median(over),
      unit: 'ms',
      floor: median(bare),
      floorName: 'node -e 0',
      bound: 150,
    },
  ]
}

const EMPTY_SERVER = `require('node:http').createServer((_, a) => a.end()).listen(0, '127.0.0.1', () => console.log('ready'))`

/** Time to the first line on stdout, and memory a moment later. */
async function startServer(...args: string[]): Promise<{ ms: number; mb: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((done) => void child.once('exit', () => done()))
  await new Promise<void>((done) => void child.stdout.once('data', () => done()))
  const ms = performance.now() - began
  await delay(1_500)
  const mb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
  child.kill()
  await ended
  return { ms, mb }
}

async function measureCore(): Promise<Measurement[]> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-bench-'))
  try {
    const core = ['serve', '--json', '--home', home]
    await startServer(CLI, ...core)
    const bare: { ms: number; mb: number }[] = []
    const ours: { ms: number; mb: number }[] = []
    for (let round = 0; round < 3; round += 1) {
      bare.push(await startServer('-e', EMPTY_SERVER))
      ours.push(await startServer(CLI, ...core))
    }
    const of = (list: { ms: number; mb: number }[], key: 'ms' | 'mb'): number => median(list.map((it) => it[key]))
    const floorName = 'an empty Node server'
    return [
      { name: 'core ready', value: of(ours, 'ms'), unit: 'ms', floor: of(bare, 'ms'), floorName, bound: 500 },
      { name: 'idle core, resident', value: of(ours, 'mb'), unit: 'MB', floor: of(bare, 'mb'), floorName, bound: 120 },
    ]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function measureValidate(): Measurement[] {
  const steps = Array.from(
    { length: 200 },
    (_, i) =>
      `    s${i}:\n      command: [python, step.py, "\${{ parameters.n }}"${i === 0 ? '' : `, "\${{ steps.s${i - 1}.outputs.v }}"`}]\n      outputs: {v: {type: number}}\n`,
  )
  const text = `apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: big}\nspec:\n  parameters: {n: {type: integer, default: 1}}\n  steps:\n${steps.join('')}`
  const seconds = (work: () => void): number[] =>
    Array.from({ length: ROUNDS }, () => {
      const began = performance.now()
      work()
      return (performance.now() - began) / 1000
    })
  const took = seconds(() => {
    if (!validateDocument(text).ok) throw new Error('the document is not valid')
  })
  const bare = seconds(() => void parseYaml(text))
  return [
    {
      name: 'validate and digest of 200 steps',
      value: median(took),
      unit: 's',
      floor: median(bare),
      floorName: 'parsing its YAML',
      bound: 0.1,
    },
  ]
}

/** In processes of their own, so that the peak memory is that of the run alone. */
function measureNoOp(): Measurement[] {
  const run = (count: number): { seconds: number; peakMb: number } => {
    const { stdout } = spawnSync(process.execPath, [join(ROOT, 'test', 'bench', 'no-op-run.ts'), String(count)], {
      encoding: 'utf8',
    })
    return JSON.parse(stdout) as { seconds: number; peakMb: number }
  }
  const [small, large] = [run(25_000), run(100_000)]
  return [
    {
      name: 'fan-out of 100,000 no-op steps',
      value: 100_000 / large.seconds,
      unit: 'steps/s',
      floor: null,
      floorName: '',
      bound: 10_000,
      atLeast: true,
    },
    { name: 'its peak memory', value: large.peakMb, unit: 'MB', floor: null, floorName: '', bound: 600 },
    {
      name: 'its time, above 4 × that of 25,000',
      value: large.seconds / (4 * small.seconds),
      unit: 'ratio',
      floor: 1,
      floorName: 'linear',
      bound: 1.3,
    },
  ]
}

// Not the system's temporary folder: where thousands of files were just deleted, some file systems make new ones slowly.
const disk = join(ROOT, 'dist')
mkdirSync(disk, { recursive: true })
const memory = '/dev/shm'
const suites: (() => Measurement[] | Promise<Measurement[]>)[] = [
  measureHelp,
  measureCore,
  measureValidate,
  measureCompile,
  () => measureSteps(disk, 'disk'),
  ...(existsSync(memory) ? [() => measureSteps(memory, 'memory')] : []),
  () => measureCached(disk),
  () => measureRunTracking(disk, 'disk'),
  measureNoOp,
  measureHistory,
  measureScan,
  measureRunner,
  measureDockerSteps,
  measureClusterSteps,
  measureLocalCluster,
  measureObjects,
  () => measureTrackingStore(disk),
  measureWatch,
  measureTrackingServer,
  measureAgainstMlflow,
]
let slow = 0
for (const suite of suites) {
  const rows = await suite()
  printMeasurements(rows)
  slow += rows.filter((row) => !holds(row)).length
}
// In a process of its own, since it is checked with the types of a browser.
const pages = spawnSync(process.execPath, [join(ROOT, 'test', 'bench', 'pages', 'bench-pages.ts')], {
  stdio: 'inherit',
})
if (pages.status !== 0) slow += 1
console.log(slow === 0 ? 'every bound holds' : `${slow} figures are beyond their bound`)
