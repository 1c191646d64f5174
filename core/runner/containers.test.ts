import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTAINER, type RunnerSpec } from '#core/attempts/index.ts'
import { sha256 } from '#core/files/index.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { runnerSpec } from '#test/support/runner.ts'
import {
  buildImage,
  createContainer,
  docker,
  prepareRunner,
  removeRunner,
  runContainer,
  type ContainerRun,
} from '#test/support/runner-container.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'

const PYTHON = 'python:3.11-slim'
const BUSYBOX = 'busybox:1.35'
const MIB = 2 ** 20

const spec = (command: readonly string[], more: Partial<RunnerSpec> = {}) =>
  runnerSpec(command, { workingFolder: CONTAINER.code, env: { HOME: CONTAINER.home }, ...more })
const run = (image: string, command: readonly string[], more: Partial<RunnerSpec> = {}): Promise<ContainerRun> =>
  runContainer(createContainer(image, spec(command, more)))
const outputs = { folder: CONTAINER.outputs, declared: { out: { type: 'file' as const } } }

describeWithDocker('the step runner in a container', () => {
  let scratch = ''
  let user = ''
  beforeAll(async () => {
    await bundleRunner()
    prepareRunner()
    // the Dockerfile of an image that holds one static binary and nothing else
    scratch = buildImage(`FROM ${BUSYBOX} AS base\nFROM scratch\nCOPY --from=base /bin/busybox /only/busybox\n`)
    user = buildImage(`FROM ${PYTHON}\nUSER 1234:1234\n`)
  })
  afterAll(removeRunner)

  test('works with Python and a libc of its own', async () => {
    const script = 'import sys, os; print("hi", os.environ["HOME"]); print("no", file=sys.stderr); sys.exit(3)'
    const { stdout, stderr, end, code, complaints } = await run(PYTHON, ['python', '-c', script])
    expect([stdout, stderr, code, complaints]).toEqual([['hi /mini-submarine/home'], ['no'], 3, ''])
    expect(end).toMatchObject({ exitCode: 3, stoppedBy: null, problem: null, outOfMemory: false })
  })

  test('works in busybox, where no libc of Node is', async () => {
    const { stdout, end } = await run(BUSYBOX, ['sh', '-c', 'echo b > /dev/stderr; echo a; exit 0'])
    expect(stdout).toEqual(['a'])
    expect(end.exitCode).toBe(0)
  })

  test('works where there is one static binary: no shell, no libc, no user', async () => {
    const script = `/only/busybox echo made > ${CONTAINER.outputs}/out && /only/busybox ls /`
    const id = createContainer(scratch, spec(['/only/busybox', 'sh', '-c', script], { outputs }))
    const { stdout, end } = await runContainer(id, true)
    expect(stdout).toContain('only')
    expect(stdout).not.toContain('bin')
    expect(end).toMatchObject({ exitCode: 0, problem: null })
    const records = spawnSync('sh', ['-c', `docker cp ${id}:${CONTAINER.outputs}/.outputs.json - | tar -xO`])
    expect(JSON.parse(records.stdout.toString())).toEqual({
      out: { kind: 'file', size: 5, executable: false, sha256: sha256('made\n') },
    })
    docker('rm', id)
    const missing = await run(scratch, ['sh', '-c', 'true'])
    expect(missing.end.problem?.code).toBe('command_not_found')
    expect(missing.code).toBe(127)
  })

  test('works as another user, who sees nothing of the spec', async () => {
    const script = `id -u; cat ${CONTAINER.spec}; echo x > ${CONTAINER.outputs}/out; echo ok > /dev/stderr`
    const { stdout, stderr, end } = await run(user, ['sh', '-c', script], { outputs, secrets: ['very-secret'] })
    expect(stdout).toEqual(['1234'])
    expect(stderr).toEqual(['ok'])
    expect(end).toMatchObject({ exitCode: 0, problem: null })
  })

  test('is not changed by variables of the image', async () => {
    const odd = buildImage(
      `FROM ${BUSYBOX}\nENV NODE_OPTIONS="--require /nowhere.js" LD_PRELOAD=/nowhere.so UV_THREADPOOL_SIZE=x LD_DEBUG=all\n`,
    )
    const { stdout, complaints } = await run(odd, ['echo', 'fine'])
    expect(stdout).toEqual(['fine'])
    expect(complaints).toBe('')
  })

  test.each([1, 127, 137, 255])('ends with the exit code %d of the command', async (exitCode) => {
    const { end, code } = await run(BUSYBOX, ['sh', '-c', `exit ${exitCode}`])
    expect([end.exitCode, code]).toEqual([exitCode, exitCode])
  })

  describe('ends everything', () => {
    test('that ignores SIGTERM, in whatever session, when the engine stops the container', async () => {
      const script = `trap '' TERM; setsid sh -c "trap '' TERM; sleep 60" & setsid sleep 60 & echo ready; while :; do sleep 1; done`
      const id = createContainer(BUSYBOX, spec(['sh', '-c', script], { graceMs: 500 }))
      const running = runContainer(id, true)
      await expect.poll(() => docker('logs', id)).toMatch(/^o.*ready$/m)
      const began = performance.now()
      docker('stop', '--time', '30', id)
      expect(performance.now() - began).toBeLessThan(10_000)
      const { end, code } = await running
      expect(end).toMatchObject({ exitCode: 137, stoppedBy: 'signal' })
      expect(code).toBe(137)
      docker('rm', id)
    })

    test('that outlives the command, before outputs are looked at', async () => {
      const script = `out=${CONTAINER.outputs}/out; setsid sh -c "while :; do echo more >> $out; done" & sleep 0.5; echo last`
      const { stdout, end } = await run(BUSYBOX, ['sh', '-c', script], { outputs })
      expect(stdout).toEqual(['last'])
      expect(end).toMatchObject({ exitCode: 0, problem: null })
    })

    test('of a command that made a thousand orphans', async () => {
      const script = 'i=0; while [ $i -lt 1000 ]; do (setsid sleep 0 &); i=$((i+1)); done; echo done'
      const { stdout, end } = await run(BUSYBOX, ['sh', '-c', script])
      expect(stdout).toEqual(['done'])
      expect(end.exitCode).toBe(0)
    })
  })

  describe('measures', () => {
    const burn = (mib: number) =>
      `import time\nb = bytearray(${mib} * 2**20)\nt = time.process_time()\nwhile time.process_time() - t < 1.5: pass`

    test('what the command used, without itself', async () => {
      const { end, records } = await run(PYTHON, ['python', '-c', burn(100)])
      expect(end.cpuSeconds).toBeGreaterThan(1.4)
      expect(end.cpuSeconds).toBeLessThan(2.5)
      expect(end.peakMemoryBytes).toBeGreaterThan(100 * MIB)
      expect(end.peakMemoryBytes).toBeLessThan(140 * MIB)
      const samples = records.filter(({ kind }) => kind === 'u').map(({ text }): unknown => JSON.parse(text))
      expect(samples.length).toBeGreaterThan(0)
      for (const sample of samples) {
        expect(sample).toEqual([expect.any(Number), expect.any(Number)])
      }
    })

    test('memory beyond the limit, and lives to tell', async () => {
      const limit = ['--memory', '128m', '--memory-swap', '128m']
      const id = createContainer(PYTHON, spec(['python', '-c', burn(200)]), limit)
      const { end, code } = await runContainer(id)
      expect(end).toMatchObject({ exitCode: 137, outOfMemory: true, stoppedBy: null, problem: null })
      expect(code).toBe(137)
    })
  })

  test('says that the disk is full', async () => {
    const script = `cat /dev/zero > ${CONTAINER.outputs}/out; true`
    const id = createContainer(PYTHON, spec(['sh', '-c', script], { outputs }), [
      '--tmpfs',
      `${CONTAINER.outputs}:size=64k`,
    ])
    const { end, code } = await runContainer(id)
    expect(end.problem).toMatchObject({ code: 'disk_full', message: expect.stringContaining('free space') as string })
    expect(code).toBe(1)
  })

  test('passes a flood of 200 MB through the engine, whole', async () => {
    const script = 'import sys\nfor _ in range(2000): sys.stdout.write(("x" * 99 + "\\n") * 1000)'
    const { stdout, tookMs } = await run(PYTHON, ['python', '-c', script])
    expect(stdout).toHaveLength(2_000_000)
    expect(stdout.every((text) => text.length === 99)).toBe(true)
    expect(tookMs).toBeLessThan(120_000)
  })
})
