import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AttemptRuntime, Workload, WorkloadPart } from '../driver.ts'
import { findControllers } from './cgroup-places.ts'
import { marksOfWorkload } from './marks.ts'
import { openProcessRuntime } from './runtime.ts'

describe('what became of a process', () => {
  let root: string
  let runtime: AttemptRuntime
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'minisub-process-'))
    runtime = openProcessRuntime()
  })
  afterEach(async () => {
    await runtime[Symbol.asyncDispose]()
    rmSync(root, { recursive: true, force: true })
  })

  let count = 0
  function shell(script: string, part: Partial<WorkloadPart> = {}): Workload {
    count += 1
    const id = `w${process.pid}-${count}`
    const controlFolder = join(root, id)
    mkdirSync(controlFolder)
    const env = { PATH: process.env['PATH'] ?? '', MINISUB_RUN_ID: id }
    const main = {
      role: 'main',
      command: ['sh', '-c', script],
      env,
      workingFolder: root,
      mounts: [],
      ports: [],
      limits: {},
      ...part,
    }
    return { id, labels: { run: id }, kind: 'job', controlFolder, parts: [main] }
  }
  const appears = (name: string) => expect.poll(() => existsSync(join(root, name)), { timeout: 10_000 }).toBe(true)

  test('is lost when its supervisor was killed, and then nothing of it runs on', async () => {
    const workload = shell('echo said; echo $$ > mine; setsid sleep 1000 & touch began; wait')
    await runtime.start(workload)
    await appears('began')
    process.kill(pidOf(workload), 'SIGKILL')
    expect(await runtime.wait(workload)).toMatchObject({
      phase: 'lost',
      reason: expect.stringContaining('without writing an exit code'),
    })
    expect(isGone(Number(readFileSync(join(root, 'mine'), 'utf8')))).toBe(true)
    expect(await runtime.readLog(workload.controlFolder, 0, 1000)).toMatchObject({
      lines: [{ text: 'said' }],
      end: true,
    })
    await using later = openProcessRuntime()
    expect(await later.inspect(workload)).toMatchObject({ phase: 'lost' })
  })

  test('is lost when the supervisor was killed while no core looked', async () => {
    const workload = shell('echo $$ > mine; touch began; sleep 1000')
    await runtime.start(workload)
    await appears('began')
    await runtime[Symbol.asyncDispose]()
    runtime = openProcessRuntime()
    process.kill(pidOf(workload), 'SIGKILL')
    expect(await runtime.wait(workload)).toMatchObject({ phase: 'lost' })
    expect(isGone(Number(readFileSync(join(root, 'mine'), 'utf8')))).toBe(true)
  })

  test('a process that got the same process id is not mistaken for it, and not touched', async () => {
    const stranger = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    const workload = shell('true')
    writeFileSync(join(workload.controlFolder, 'process'), `${stranger.pid} ${Date.now()}\n`)
    writeFileSync(join(workload.controlFolder, 'stdout'), 'last words')
    expect(await runtime.inspect(workload)).toMatchObject({ phase: 'lost' })
    await runtime.stop(workload, 100)
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    expect(isGone(stranger.pid ?? 0)).toBe(false)
    expect(await runtime.readLog(workload.controlFolder, 0, 1000)).toMatchObject({
      lines: [{ text: 'last words' }],
      end: true,
    })
    stranger.kill('SIGKILL')
  })

  test('a claim without a process id is lost after a while', async () => {
    const workload = shell('true')
    const path = join(workload.controlFolder, 'process')
    writeFileSync(path, '')
    utimesSync(path, new Date(Date.now() - 10_000), new Date(Date.now() - 10_000))
    expect(await runtime.inspect(workload)).toMatchObject({
      phase: 'lost',
      reason: expect.stringContaining('could not note its process id'),
    })
  })

  test('inspections of many cores leave one void claim each at most, and a start still works', async () => {
    const workload = shell('exit 3')
    for (let core = 0; core < 3; core += 1) {
      await using other = openProcessRuntime()
      expect(await other.inspect(workload)).toEqual({ phase: 'absent' })
      expect(await other.inspect(workload)).toEqual({ phase: 'absent' })
    }
    await runtime.start(workload)
    expect(await runtime.wait(workload)).toMatchObject({ phase: 'exited', exit: { exitCode: 3 } })
  })

  test('is not started in part: one command that is missing stops the others', async () => {
    const workload = shell('touch ran')
    const [main] = workload.parts
    if (main === undefined) throw new Error('no part')
    const both = { ...workload, parts: [main, { ...main, role: 'worker', command: ['no-such-program'] }] }
    await expect(runtime.start(both)).rejects.toMatchObject({ code: 'command_not_found' })
    expect(existsSync(join(root, 'ran'))).toBe(false)
  })

  test('limits are named as not enforced where no control group can be made', async () => {
    await using bare = openProcessRuntime({ controllers: {}, countGpus: () => null })
    const workload = shell('true', { limits: { cpu: 1, memory: 2 ** 26, gpu: 1 } })
    expect((await bare.start(workload)).notEnforced).toEqual(['cpu', 'memory', 'gpu'])
    await bare.wait(workload)
    const without = shell('true')
    expect((await bare.start(without)).notEnforced).toEqual([])
    await bare.wait(without)
  })

  test('control groups go with the part, strays in them too', async () => {
    const { memory } = findControllers()
    if (memory === undefined) return
    const workload = shell('env -i setsid sleep 1000 >/dev/null 2>&1 & echo $! > stray; sleep 0.2', {
      limits: { memory: 2 ** 27 },
    })
    const { notEnforced } = await runtime.start(workload)
    expect(notEnforced).toEqual([])
    expect(existsSync(join(memory.parent, `minisub-${workload.id}-main`))).toBe(true)
    expect(await runtime.wait(workload)).toMatchObject({
      phase: 'exited',
      exit: { usage: { peakMemoryBytes: expect.any(Number) } },
    })
    expect(existsSync(join(memory.parent, `minisub-${workload.id}-main`))).toBe(false)
    expect(isGone(Number(readFileSync(join(root, 'stray'), 'utf8')))).toBe(true)
  })

  test('CPU limits slow a busy command down', async () => {
    const { cpu } = findControllers()
    if (cpu === undefined) return
    const workload = shell('exec "$0" -e "const t = Date.now(); while (Date.now() - t < 1000);"', {
      limits: { cpu: 0.2 },
    })
    const [main] = workload.parts
    if (main === undefined) throw new Error('no part')
    const busy = { ...workload, parts: [{ ...main, command: [...main.command, process.execPath] }] }
    expect((await runtime.start(busy)).notEnforced).toEqual([])
    const state = await runtime.wait(busy)
    expect(state).toMatchObject({ phase: 'exited', exit: { exitCode: 0 } })
    if (state.phase === 'exited') expect(state.exit.usage.cpuSeconds).toBeLessThan(0.6)
  })
})

describe('marks', () => {
  test('are looked for only where every part carries all of them', () => {
    const part = { role: 'main', command: ['x'], workingFolder: '/', mounts: [], ports: [], limits: {} }
    const workload = (env: Record<string, string>): Workload => ({
      id: 'a',
      labels: { run: 'r', step: 's' },
      kind: 'job',
      controlFolder: '/x',
      parts: [{ ...part, env }],
    })
    expect(marksOfWorkload(workload({ MINISUB_RUN_ID: 'r', MINISUB_STEP: 's' }))).toEqual([
      'MINISUB_RUN_ID=r',
      'MINISUB_STEP=s',
    ])
    expect(marksOfWorkload(workload({ MINISUB_RUN_ID: 'r' }))).toEqual([])
  })
})

function pidOf(workload: Workload): number {
  return Number(readFileSync(join(workload.controlFolder, 'process'), 'utf8').split(' ')[0])
}

function isGone(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}
