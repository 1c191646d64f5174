import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openEngine } from '#core/engine.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { median, type Measurement } from './report.ts'

const HEAD = 'apiVersion: mini-submarine/v1\nkind: Pipeline\n'
const CHAIN = 50
const WIDE = 200
const CACHED = 1_000
const ROUNDS = 3

type Bench = AsyncDisposable & { service: PipelineService; write(name: string, spec: string): string }

/** The whole engine in a folder of its own below `parent`. */
function openBench(parent: string): Bench {
  const root = mkdtempSync(join(parent, 'minisub-bench-'))
  const home = join(root, 'home')
  const code = join(root, 'code')
  mkdirSync(code)
  writeFileSync(join(code, 'step.py'), 'print("a step")\n')
  const engine = openEngine(home, { keychain: false, onError: (error) => console.error(error) })
  return {
    service: engine.service,
    write(name, spec) {
      const file = join(root, `${name}.yaml`)
      writeFileSync(file, `${HEAD}metadata: {name: ${name}}\nspec:\n  code: code\n${spec}`)
      return file
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Milliseconds from the answer of `start` to the run's end; what is cleaned up afterwards is waited for. */
async function timeRun(
  service: PipelineService,
  file: string,
  parameters: Record<string, number[]> = {},
): Promise<number> {
  const view = await service.start({ file, parameters, parallelism: 2 }, {})
  const began = performance.now()
  await new Promise<void>((done) => {
    service.subscribe(view.id, (events) => void (events.some((event) => event.kind === 'run.finished') && done()))
  })
  const took = performance.now() - began
  const { status } = service.show(view.id)
  if (status !== 'succeeded') throw new Error(`the run ${status}`)
  while (service.activeRuns() > 0) await delay(5)
  await delay(200)
  return took
}

const bareStep = (): Promise<void> =>
  new Promise((done) => void spawn('/bin/true', { stdio: 'ignore' }).once('exit', () => done()))

async function timeBare(count: number, parallelism: number): Promise<number> {
  const began = performance.now()
  let left = count
  const work = async (): Promise<void> => {
    while (left-- > 0) await bareStep()
  }
  await Promise.all(Array.from({ length: parallelism }, work))
  return performance.now() - began
}

/** A chain and a fan-out of /bin/true, each beside as many bare processes in the same round. */
export async function measureSteps(parent: string, where: string): Promise<Measurement[]> {
  await using bench = openBench(parent)
  const steps = Array.from(
    { length: CHAIN },
    (_, i) => `    s${i}: {command: [/bin/true], cache: false${i === 0 ? '' : `, needs: [s${i - 1}]`}}\n`,
  )
  const chain = bench.write('chain', `  steps:\n${steps.join('')}`)
  const items = Array.from({ length: WIDE }, (_, i) => i)
  const wide = bench.write(
    'wide',
    `  steps:\n    w: {command: [/bin/true], cache: false, parallelism: 2, forEach: {i: ${JSON.stringify(items)}}}\n`,
  )
  const over: Record<'chain' | 'wide' | 'bareChain' | 'bareWide', number[]> = {
    chain: [],
    wide: [],
    bareChain: [],
    bareWide: [],
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareChain = (await timeBare(CHAIN, 1)) / CHAIN
    over.chain.push((await timeRun(bench.service, chain)) / CHAIN - bareChain)
    const bareWide = (await timeBare(WIDE, 2)) / WIDE
    over.wide.push((await timeRun(bench.service, wide)) / WIDE - bareWide)
    over.bareChain.push(bareChain)
    over.bareWide.push(bareWide)
  }
  const floorName = 'a bare spawn of /bin/true'
  return [
    {
      name: `a step of a chain of ${CHAIN}, above bare (${where})`,
      value: median(over.chain),
      unit: 'ms',
      floor: median(over.bareChain),
      floorName,
      bound: 4,
    },
    {
      name: `a step of a fan-out of ${WIDE} by 2, above bare (${where})`,
      value: median(over.wide),
      unit: 'ms',
      floor: median(over.bareWide),
      floorName,
      bound: 2.5,
    },
  ]
}

/** A rerun in which every one of 1,000 steps is cached. */
export async function measureCached(parent: string): Promise<Measurement[]> {
  await using bench = openBench(parent)
  const steps = Array.from(
    { length: CACHED },
    (_, i) =>
      `    s${i}: {command: [sh, -c, 'printf ${i} > "$MINISUB_OUTPUTS/n"'${i === 0 ? '' : `, "\${{ steps.s${Math.floor((i - 1) / 2)}.outputs.n }}"`}], outputs: {n: {type: integer}}}\n`,
  )
  const file = bench.write('cached', `  steps:\n${steps.join('')}`)
  await timeRun(bench.service, file)
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    const view = await bench.service.start({ file }, {})
    if (bench.service.show(view.id).finishedAt === null) {
      await new Promise<void>((done) => {
        bench.service.subscribe(
          view.id,
          (events) => void (events.some((event) => event.kind === 'run.finished') && done()),
        )
      })
    }
    took.push((performance.now() - began) / 1000)
    const missed = bench.service.show(view.id).steps.filter((step) => step.status !== 'cached')
    if (missed.length > 0) throw new Error(`${missed.length} steps were not cached`)
  }
  return [
    {
      name: `a rerun of ${CACHED} cached steps, from the file to its end`,
      value: median(took),
      unit: 's',
      floor: null,
      floorName: '',
      bound: 0.5,
    },
  ]
}
