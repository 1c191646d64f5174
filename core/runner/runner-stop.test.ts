import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { runnerSpec, runUnder, startRunner, type HostRunner } from '#test/support/runner.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'

beforeAll(async () => void (await bundleRunner()))

const sh = (script: string) => ['sh', '-c', script]

/** Ends when the command has printed a first line. */
async function untilReady(runner: HostRunner): Promise<void> {
  let ready = false
  const look = (piece: Buffer): void => {
    ready ||= /^o/m.test(piece.toString())
    runner.printed.unshift(piece)
  }
  await expect
    .poll(() => {
      const piece: Buffer | null = runner.printed.read()
      if (piece !== null) look(piece)
      return ready
    })
    .toBe(true)
}

function isAlive(pid: number): boolean {
  try {
    return !/State:\s+[ZX]/.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('a stop', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s asks the command, which may end as it likes',
    async (signal) => {
      const runner = startRunner(
        runnerSpec(sh('trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.05; done')),
      )
      await untilReady(runner)
      runner.child.kill(signal)
      const { end, stdout, code } = await runner.result()
      expect(stdout).toEqual(['ready', 'bye'])
      expect(end).toMatchObject({ exitCode: 5, stoppedBy: 'signal', problem: null })
      expect(code).toBe(5)
    },
  )

  test('kills a command and its children that ignore it when the grace is over', async () => {
    const script = 'trap "" TERM; (trap "" TERM; sleep 60) & echo $$ $!; wait; sleep 60'
    const runner = startRunner(runnerSpec(sh(script), { graceMs: 500 }))
    await untilReady(runner)
    const began = performance.now()
    runner.child.kill('SIGTERM')
    const { end, stdout } = await runner.result()
    const took = performance.now() - began
    expect(end).toMatchObject({ exitCode: 137, stoppedBy: 'signal' })
    expect(took).toBeGreaterThan(450)
    expect(took).toBeLessThan(5_000)
    const pids = stdout[0]?.split(' ').map(Number) ?? []
    expect(pids).toHaveLength(2)
    expect(pids.filter(isAlive)).toEqual([])
  })

  test('gives children their grace too, when the command itself ended at once', async () => {
    const script = '(trap "sleep 0.3; echo saved; exit" TERM; echo ready; while :; do sleep 0.05; done) & wait'
    const runner = startRunner(runnerSpec(sh(script), { graceMs: 10_000 }))
    await untilReady(runner)
    runner.child.kill('SIGTERM')
    const { end, stdout } = await runner.result()
    expect(stdout).toEqual(['ready', 'saved'])
    expect(end.exitCode).toBe(143)
  })

  test('comes by itself some seconds after the timeout', async () => {
    const began = performance.now()
    const { end } = await runUnder(sh('trap "" TERM; while :; do sleep 0.1; done'), { timeoutMs: 100, graceMs: 300 })
    expect(end).toMatchObject({ exitCode: 137, stoppedBy: 'timeout', problem: null })
    expect(performance.now() - began).toBeGreaterThan(5_000)
  })

  test('is not caused by a timeout that no timer can wait for', async () => {
    const { end } = await runUnder(sh('sleep 0.3'), { timeoutMs: 90 * 24 * 3_600_000 })
    expect(end).toMatchObject({ exitCode: 0, stoppedBy: null })
  })
})

describe('what a command leaves', () => {
  test('is killed with it, and its last words are kept', async () => {
    const { end, stdout } = await runUnder(sh('(echo from below; exec sleep 60) & sleep 0.3; echo $!; exit 2'))
    expect(end.exitCode).toBe(2)
    expect(stdout[0]).toBe('from below')
    expect(isAlive(Number(stdout[1]))).toBe(false)
  })

  test('is not waited for, where it cannot be reached and holds the log open', async () => {
    const began = performance.now()
    const { end, stdout } = await runUnder(
      sh('setsid sh -c "echo away; echo \\$\\$; exec sleep 60" & sleep 0.3; echo last'),
    )
    expect(end.exitCode).toBe(0)
    expect([stdout[0], stdout[2]]).toEqual(['away', 'last'])
    expect(performance.now() - began).toBeLessThan(10_000)
    process.kill(Number(stdout[1]), 'SIGKILL')
  })
})
