import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSamples } from '../../attempts/index.ts'
import type { AttemptRuntime, Exit, Limits, Workload } from '../driver.ts'
import { findControllers, type Controllers } from './cgroup-places.ts'
import { groupMemoryBytes, groupTotals } from './group-usage.ts'
import { createGroups, readGroups, removeGroups } from './limits.ts'
import { openProcessRuntime } from './runtime.ts'

const controllers = findControllers()
let root = ''
let runtime: AttemptRuntime
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-limits-'))
  runtime = openProcessRuntime()
})
afterEach(async () => {
  await runtime[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

let count = 0
function shell(script: string, limits: Limits): Workload {
  count += 1
  const id = `limits-${process.pid}-${count}`
  const controlFolder = join(root, id)
  mkdirSync(controlFolder)
  const env = { PATH: process.env['PATH'] ?? '', MINISUB_RUN_ID: id }
  const main = { role: 'main', command: ['sh', '-c', script], env, workingFolder: root, mounts: [], ports: [], limits }
  return { id, labels: { run: id }, kind: 'job', controlFolder, parts: [main] }
}

async function exitOf(workload: Workload): Promise<Exit> {
  await runtime.start(workload)
  const state = await runtime.wait(workload)
  if (state.phase !== 'exited') throw new Error(state.reason)
  return state.exit
}

const folderOf = (workload: Workload, controller: keyof Controllers) =>
  join(controllers[controller]?.parent ?? '', `minisub-${workload.id}-main`)
const pidsIn = (folder: string) => readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)

describe.skipIf(controllers.pids === undefined)('a bound of processes', () => {
  test('holds a fork bomb, which leaves nothing behind when it is stopped', async () => {
    // bash tries again where it cannot fork, so the bomb does not end by itself
    const workload = shell("bash -c 'bomb() { bomb | bomb & }; bomb' & exec sleep 1000", { pids: 20 })
    expect((await runtime.start(workload)).notEnforced).toEqual([])
    const folder = folderOf(workload, 'pids')
    let most = 0
    const until = Date.now() + 1_500
    while (Date.now() < until) {
      if (existsSync(folder)) most = Math.max(most, pidsIn(folder).length)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await runtime.stop(workload, 0)
    // the supervisor is one more
    expect(most).toBeLessThanOrEqual(21)
    expect(most).toBeGreaterThan(5)
    expect(existsSync(folder)).toBe(false)
  })

  test('lets as many run as it says', async () => {
    const started = 'for i in 1 2 3; do sleep 0.3 & done; wait; echo done'
    expect(await exitOf(shell(started, { pids: 4 }))).toMatchObject({ exitCode: 0 })
    expect((await exitOf(shell(started, { pids: 2 }))).exitCode).not.toBe(0)
    expect(await exitOf(shell('exit 7', { pids: 1 }))).toMatchObject({ exitCode: 7 })
  })
})

describe.skipIf(controllers.memory === undefined)('a bound of memory', () => {
  test('ends what uses more, and the group counts the peak', async () => {
    const greedy = shell('head -c 300000000 /dev/zero | tail -c 300000000 | wc -c', { memory: 100 * 2 ** 20 })
    const { outOfMemory, usage } = await exitOf(greedy)
    expect(outOfMemory).toBe(true)
    expect(usage.peakMemoryBytes).toBeGreaterThan(80e6)
    expect(usage.peakMemoryBytes).toBeLessThanOrEqual(100 * 2 ** 20)
    expect(existsSync(folderOf(greedy, 'memory'))).toBe(false)
  })
})

describe.skipIf(controllers.cpu === undefined)('a bound of CPU', () => {
  test('holds two that never rest to half a core, and children that nobody waited for are counted', async () => {
    const hog = shell('(while :; do :; done) & (while :; do :; done) & exec sleep 4', { cpu: 0.5 })
    const { usage, startedAt, finishedAt } = await exitOf(hog)
    const wall = (finishedAt - startedAt) / 1000
    expect(usage.cpuSeconds).toBeGreaterThan(0.2)
    expect(usage.cpuSeconds).toBeLessThan(0.5 * wall + 0.5)
    const samples = readSamples(hog.controlFolder)
    expect(samples.length).toBeGreaterThanOrEqual(2)
    const seconds = samples.map(({ cpuSeconds }) => cpuSeconds ?? 0)
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
    expect(samples.at(-1)?.cpuSeconds).toBeLessThanOrEqual(usage.cpuSeconds ?? 0)
  })
})

describe('samples', () => {
  test('show CPU time and memory of the whole tree without any limit', async () => {
    const busy =
      'node -e "const a = Buffer.alloc(100e6, 1); const end = Date.now() + 2500; while (Date.now() < end); a.at(0)"'
    const workload = shell(`${busy} & wait`, {})
    await exitOf(workload)
    const samples = readSamples(workload.controlFolder)
    expect(samples.length).toBeGreaterThanOrEqual(1)
    expect(Math.max(...samples.map(({ memoryBytes }) => memoryBytes ?? 0))).toBeGreaterThan(100e6)
    expect(samples.at(-1)?.cpuSeconds).toBeGreaterThan(0.2)
  })

  test('there are none of a part that is over at once, and a full disk costs the samples alone', async () => {
    const short = shell('exit 0', {})
    await exitOf(short)
    expect(readSamples(short.controlFolder)).toEqual([])
    const unwritable = shell('sleep 1.5; exit 3', {})
    mkdirSync(join(unwritable.controlFolder, 'samples.ndjson'))
    expect(await exitOf(unwritable)).toMatchObject({ exitCode: 3 })
  })
})

describe('what is not enforced', () => {
  test('is named, in one order, also by a later core', async () => {
    await using bare = openProcessRuntime({ controllers: {}, countGpus: () => null })
    const limits = { network: false, shm: 2 ** 26, pids: 9, gpu: 1, memory: 2 ** 26, cpu: 1 }
    const workload = shell('exit 0', limits)
    const notEnforced = ['cpu', 'memory', 'gpu', 'pids', 'shm', 'network']
    expect(await bare.start(workload)).toMatchObject({ notEnforced })
    await bare.wait(workload)
    expect(await runtime.start(workload)).toMatchObject({ notEnforced })
  })

  test('a network that is not taken away and no GPU at all are no limits', async () => {
    await using bare = openProcessRuntime({ controllers: {}, countGpus: () => 0 })
    const workload = shell('exit 0', { network: true, gpu: 0 })
    expect(await bare.start(workload)).toMatchObject({ notEnforced: [] })
    await bare.wait(workload)
    expect(existsSync(join(workload.controlFolder, 'limits.json'))).toBe(false)
  })
})

describe('GPUs that are not there', () => {
  test.each([
    [0, 1, /none was found/],
    [1, 2, /only 1 were found|only 1 was found/],
  ])('%i of them, and %i wanted: nothing is started', async (found, gpu, words) => {
    await using here = openProcessRuntime({ countGpus: () => found })
    const workload = shell('touch begun', { gpu })
    await expect(here.start(workload)).rejects.toMatchObject({
      code: 'resource_unavailable',
      message: expect.stringMatching(words),
    })
    expect(existsSync(join(root, 'begun'))).toBe(false)
    expect(await here.inspect(workload)).toEqual({ phase: 'absent' })
  })

  test('as many as there are may be asked for', async () => {
    await using here = openProcessRuntime({ countGpus: () => 2 })
    const workload = shell('exit 0', { gpu: 2 })
    expect(await here.start(workload)).toMatchObject({ notEnforced: ['gpu'] })
    await here.wait(workload)
  })
})

describe('control groups of version 2', () => {
  /** What a kernel would put into a new group. */
  function fakeGroup(files: Record<string, string>): { parent: string; folder: string } {
    const parent = join(root, 'unified')
    const folder = join(parent, 'minisub-x')
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return { parent, folder }
  }
  const LIMIT_FILES = { 'cpu.max': '', 'memory.max': '', 'memory.swap.max': '', 'pids.max': '' }
  const places = (parent: string, keys: readonly string[]): Controllers =>
    Object.fromEntries(keys.map((key) => [key, { version: 2, parent }]))

  test('one group holds all limits', () => {
    const { parent, folder } = fakeGroup(LIMIT_FILES)
    const limits = { cpu: 1.5, memory: 1000, pids: 4 }
    const groups = createGroups(root, 'minisub-x', {
      limits,
      controllers: () => places(parent, ['cpu', 'memory', 'pids']),
    })
    expect(groups).toEqual({
      memory: { folder, version: 2 },
      cpu: { folder, version: 2 },
      folders: [folder],
      notEnforced: [],
    })
    expect(readGroups(root)).toEqual(groups)
    const written = Object.keys(LIMIT_FILES).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(written).toEqual(['150000 100000', '1000', '0', '5'])
  })

  test('a controller that is not handed down, or a limit that the kernel refuses, is named', () => {
    const { parent } = fakeGroup({ 'cpu.max': 'max 100000' })
    const limits = { cpu: 1, memory: 1000, pids: 4 }
    const groups = createGroups(root, 'minisub-x', { limits, controllers: () => places(parent, ['cpu', 'pids']) })
    expect(groups?.notEnforced).toEqual(['memory', 'pids'])
    const unbounded = createGroups(root, 'minisub-x', {
      limits: { memory: 1000 },
      controllers: () => places(parent, ['memory']),
    })
    // what no bound holds would count the files that the kernel keeps
    expect(unbounded).toMatchObject({ memory: null, notEnforced: ['memory'] })
  })

  test('it counts what was used', () => {
    const { folder } = fakeGroup({
      'cpu.stat': 'usage_usec 2500000\nuser_usec 2000000\n',
      'memory.peak': '9000\n',
      'memory.current': '7000\n',
      'memory.stat': 'anon 1\ninactive_file 3000\n',
      'memory.events': 'oom 1\noom_kill 1\n',
    })
    const counters = { memory: { folder, version: 2 }, cpu: { folder, version: 2 } } as const
    expect(groupTotals(counters)).toEqual({ cpuSeconds: 2.5, peakMemoryBytes: 9000, outOfMemory: true })
    expect(groupMemoryBytes(counters)).toBe(4000)
    const gone = { memory: { folder: join(root, 'gone'), version: 2 }, cpu: null } as const
    expect(groupTotals(gone)).toEqual({ cpuSeconds: null, peakMemoryBytes: null, outOfMemory: false })
    expect(groupMemoryBytes(gone)).toBe(null)
  })

  test('groups that an older version noted are removed all the same', async () => {
    const folder = join(root, 'old')
    mkdirSync(folder)
    writeFileSync(join(root, 'limits.json'), JSON.stringify({ memory: null, folders: [folder], notEnforced: ['gpu'] }))
    const groups = readGroups(root)
    expect(groups).toMatchObject({ cpu: null, notEnforced: ['gpu'] })
    if (groups !== undefined) await removeGroups(groups)
    expect(existsSync(folder)).toBe(false)
  })
})
