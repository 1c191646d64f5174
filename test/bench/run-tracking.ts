import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openTrackedEngine, writePipeline, type TrackedEngine } from '#core/run-tracking/run-tracking-fixture.ts'
import { median, type Measurement } from './report.ts'

const STEPS = 500
const ITEMS = 2_000
const ROUNDS = 4

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Milliseconds of a run of 500 steps that do nothing, to its end. */
async function timeRun({ service }: TrackedEngine, file: string): Promise<number> {
  const { id } = await service.start({ file, parallelism: 2 }, {})
  const began = performance.now()
  await new Promise<void>((done) => {
    service.subscribe(id, (events) => void (events.some(({ kind }) => kind === 'run.finished') && done()))
  })
  const took = performance.now() - began
  while (service.activeRuns() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise((resolve) => setTimeout(resolve, 500))
  return took
}

/** What tracking adds to a run of 500 steps, and what the runs of a fan-out of 2,000 items take, with the longest wait. */
export async function measureRunTracking(parent: string, where: string): Promise<Measurement[]> {
  const root = mkdtempSync(join(parent, 'minisub-bench-'))
  try {
    const file = writePipeline(root, 'tiny', {
      steps: { tiny: { command: ['/bin/true'], cache: false, parallelism: 2, forEach: { i: range(STEPS) } } },
    })
    const [tracked, bare]: [number[], number[]] = [[], []]
    await using withIt = openTrackedEngine(join(root, 'tracked'))
    await using without = openTrackedEngine(join(root, 'bare'), { isTracking: false })
    await timeRun(withIt, file)
    await timeRun(without, file)
    // In turns, so that what else the machine does counts for both.
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 2 === 0) bare.push((await timeRun(without, file)) / STEPS)
      tracked.push((await timeRun(withIt, file)) / STEPS)
      if (round % 2 === 1) bare.push((await timeRun(without, file)) / STEPS)
    }
    const late = await catchUp(root)
    return [
      {
        name: `a step of a tracked fan-out of ${STEPS} by 2 (${where})`,
        value: median(tracked),
        unit: 'ms',
        floor: median(bare),
        floorName: 'the same, not tracked',
        bound: 1.1 * median(bare),
      },
      ...late,
    ]
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** A run of 2,000 items that an engine without tracking did, tracked by the next one. */
async function catchUp(root: string): Promise<Measurement[]> {
  const home = join(root, 'late')
  const file = writePipeline(root, 'wide', {
    steps: { wide: { command: ['/bin/true'], cache: false, parallelism: 2, forEach: { i: range(ITEMS), b: ['x'] } } },
  })
  await using first = openTrackedEngine(home, { isTracking: false })
  await timeRun(first, file)
  await first[Symbol.asyncDispose]()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const began = performance.now()
  const before = process.cpuUsage()
  await using engine = openTrackedEngine(home)
  const isOver = engine.tracking.db.prepare('SELECT 1 FROM pipeline_runs WHERE is_over = 1')
  delay.enable()
  while (isOver.get() === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  const took = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  delay.disable()
  const none = { floor: null, floorName: '' }
  return [
    { name: `the runs of ${ITEMS} items, tracked afterwards`, value: took, unit: 'ms', bound: 2_000, ...none },
    { name: 'processor time of that', value: (user + system) / 1_000, unit: 'ms', bound: 2_000, ...none },
    { name: 'the longest wait of others meanwhile', value: delay.max / 1e6, unit: 'ms', bound: 50, ...none },
  ]
}

if (process.argv[1] === import.meta.filename) {
  console.table(await measureRunTracking(process.argv[2] ?? '/tmp', process.argv[2] ?? '/tmp'))
}
