import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { containerName } from '#core/runtimes/docker/labels.ts'
import { BUSYBOX, docker, openDockerBench, stepPart, type DockerBench } from '#core/runtimes/docker/docker-fixture.ts'
import type { Workload } from '#core/runtimes/driver.ts'
import { openBlobs, type Blobs } from '#core/store/index.ts'
import { dockerFault } from '../support/requirements.ts'
import { median, type Measurement } from './report.ts'

const ROUNDS = 7
const AT_ONCE = 20
const FILES = 5_000
const run = promisify(execFile)

/** What the Docker runtime costs over the docker command, in the same run; nothing where no engine answers. */
export async function measureDockerSteps(): Promise<Measurement[]> {
  if (dockerFault() !== undefined) return []
  await using bench = openDockerBench()
  return [await measureStep(bench), await measureParallel(bench), await measureCollect(bench)]
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

const bare = (): Promise<unknown> => run('docker', ['run', '--rm', BUSYBOX, 'true'])

async function step(bench: DockerBench): Promise<void> {
  const one = bench.shell('true', stepPart({}))
  await bench.run(one)
  await bench.runtime.remove?.(one)
}

/** From nothing to the container's removal: made, filled, started, followed, ended, removed. */
async function measureStep(bench: DockerBench): Promise<Measurement> {
  const [floors, over]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round += 1) {
    const floor = await timed(bare)
    const ours = await timed(() => step(bench))
    if (round === 0) continue
    floors.push(floor)
    over.push(ours - floor)
  }
  const floor = median(floors)
  const name = 'docker step, above bare'
  return { name, value: median(over), unit: 's', floor, floorName: 'docker run --rm', bound: Math.max(0.4, floor / 10) }
}

async function measureParallel(bench: DockerBench): Promise<Measurement> {
  const all = (work: () => Promise<unknown>): Promise<unknown> => Promise.all(Array.from({ length: AT_ONCE }, work))
  const floor = await timed(() => all(bare))
  const ours = await timed(() => all(() => step(bench)))
  const name = `${AT_ONCE} docker steps at a time, a step above bare`
  const value = (ours - floor) / AT_ONCE
  return { name, value, unit: 's', floor: floor / AT_ONCE, floorName: 'docker run --rm, as many', bound: 0.4 }
}

async function measureCollect(bench: DockerBench): Promise<Measurement> {
  const script = `mkdir $OUT/many; cd $OUT/many; i=0; while [ $i -lt ${FILES} ]; do i=$((i+1)); echo $i > $i; done`
  const one = bench.shell(script, stepPart({ many: { type: 'folder' } }))
  await bench.run(one)
  const [floors, over]: [number[], number[]] = [[], []]
  for (let round = 0; round < 3; round += 1) {
    const folder = join(bench.root, `copy-${round}`)
    mkdirSync(folder)
    const copy = (): string => docker('cp', `${containerName(one, 0)}:/mini-submarine/outputs`, folder)
    const floor = await timed(async () => copy())
    const blobs = openBlobs(join(bench.root, `blobs-${round}`))
    const ours = await timed(() => collect(bench, one, blobs))
    floors.push(floor)
    over.push(ours - floor)
    rmSync(folder, { recursive: true })
  }
  const name = `collecting ${FILES} files, above bare`
  return { name, value: median(over), unit: 's', floor: median(floors), floorName: 'docker cp', bound: 2 }
}

async function collect({ runtime }: DockerBench, one: Workload, blobs: Blobs): Promise<void> {
  await runtime.collect?.(one, (bytes, expected) => blobs.putStream(bytes, expected))
}
