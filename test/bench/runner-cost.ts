import { spawnSync } from 'node:child_process'
import { runnerSpec } from '../support/runner.ts'
import { createContainer, docker, prepareRunner, removeRunner, runContainer } from '../support/runner-container.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'
import { median, type Measurement } from './report.ts'

const IMAGE = 'busybox:1.35'
const BASE = 'node:24-slim'
const ROUNDS = 7

/** What the step runner costs over a container that runs the same command by itself; nothing where no engine answers. */
export async function measureRunner(): Promise<Measurement[]> {
  if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status !== 0) return []
  await bundleRunner()
  prepareRunner()
  try {
    return [await measureTime(), await measureMemory()]
  } finally {
    removeRunner()
  }
}

/** From the call to start to the end of a container that was made before. */
async function measureTime(): Promise<Measurement> {
  const bare: number[] = []
  const over: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor = startBare()
    const { tookMs } = await runContainer(createContainer(IMAGE, runnerSpec(['true'], { workingFolder: '/' })))
    if (round === 0) continue
    bare.push(floor)
    over.push(tookMs - floor)
  }
  const floorName = 'docker start of the same command'
  return {
    name: 'step runner, above bare',
    value: median(over),
    unit: 'ms',
    floor: median(bare),
    floorName,
    bound: 300,
  }
}

function startBare(): number {
  const id = docker('create', IMAGE, 'true')
  const began = performance.now()
  docker('start', '--attach', id)
  const took = performance.now() - began
  docker('rm', id)
  return took
}

/** Most memory that the runner's process had resident, most of it pages of Node's file, which all containers share. */
async function measureMemory(): Promise<Measurement> {
  const peak = 'sed -n "s/VmHWM: *//p" /proc/1/status'
  const spec = runnerSpec(['sh', '-c', `sleep 1; ${peak}`], { workingFolder: '/' })
  const { stdout } = await runContainer(createContainer(IMAGE, spec))
  const script = `console.log(require('node:fs').readFileSync('/proc/self/status', 'utf8').match(/VmHWM:(.*)/)[1])`
  const bare = docker('run', '--rm', BASE, 'node', '-e', script)
  const floorName = 'an empty Node'
  const value = megabytes(stdout[0] ?? '')
  return { name: 'step runner, resident', value, unit: 'MB', floor: megabytes(bare), floorName, bound: 60 }
}

function megabytes(text: string): number {
  return (Number.parseInt(text, 10) * 1024) / 1e6
}
