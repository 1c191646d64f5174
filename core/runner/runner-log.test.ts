import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { runnerSpec, runUnder, startRunner } from '#test/support/runner.ts'
import { bundleRunner } from '../../scripts/build/bundle-runner.ts'

beforeAll(async () => void (await bundleRunner()))

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args]
const node = (script: string) => [process.execPath, '-e', script]
const memoryMb = (pid: number | undefined, field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

describe('the log', () => {
  test('keeps a last line without newline, empty lines, and both streams', async () => {
    const { stdout, stderr } = await runUnder(sh('printf "a\\n\\nb"; printf "c\\n\\n" >&2'))
    expect(stdout).toEqual(['a', '', 'b'])
    expect(stderr).toEqual(['c', ''])
  })

  test('shows bytes that are no UTF-8 as U+FFFD, and characters that come in pieces whole', async () => {
    const script = 'printf "ok \\377 caf\\303"; sleep 0.2; printf "\\251\\nnext \\360\\237\\222\\241\\n"'
    const { stdout } = await runUnder(sh(script))
    expect(stdout).toEqual(['ok \uFFFD café', 'next 💡'])
  })

  test('hides secrets, also those that come in pieces', async () => {
    const { stdout } = await runUnder(sh('printf "token=hun"; sleep 0.1; echo "ter22 $T"'), {
      secrets: ['hunter22', 'line one\nline two'],
      env: { T: 'line one\nline two' },
    })
    expect(stdout).toEqual(['token=*** ***', '***'])
  })

  test('cuts a line of 10 MB, and loses nothing of it', async () => {
    const { stdout } = await runUnder(node('process.stdout.write("é".repeat(5_000_000) + "\\nend\\n")'))
    expect(stdout.at(-1)).toBe('end')
    expect(stdout.every((text) => Buffer.byteLength(text) <= 65_536)).toBe(true)
    expect(stdout.slice(0, -1).join('') === 'é'.repeat(5_000_000)).toBe(true)
  })

  test('comes at once, and silence costs nothing', async () => {
    const runner = startRunner(runnerSpec(sh('echo first; sleep 3; echo last')))
    const began = performance.now()
    let first = 0
    runner.printed.once('data', () => (first = performance.now() - began))
    await expect.poll(() => first).toBeGreaterThan(0)
    const cpu = () => readFileSync(`/proc/${runner.child.pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number)
    await sleep(500)
    const before = cpu()
    await sleep(1_500)
    const ticks = cpu().map((value, index) => value - (before[index] ?? 0))
    expect((ticks[0] ?? 0) + (ticks[1] ?? 0)).toBeLessThanOrEqual(1)
    await runner.result()
  })
})

const FLOOD = `const line = Buffer.from('x'.repeat(99) + '\\n'), chunk = Buffer.alloc(100_000, line)
  for (let n = 0; n < COUNT; n++) require('node:fs').writeSync(FD, chunk)`

describe('a flood', () => {
  test('of 200 MB passes at more than 50 MB a second, and takes no memory', async () => {
    const runner = startRunner(runnerSpec(node(FLOOD.replace('COUNT', '2000').replace('FD', '1'))))
    const began = performance.now()
    let bytes = 0
    let peak = 0
    const code = new Promise((resolve) => void runner.child.once('close', resolve))
    const watch = setInterval(() => (peak = Math.max(peak, memoryMb(runner.child.pid, 'VmHWM'))), 20)
    for await (const piece of runner.printed as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > 200_000_000) clearInterval(watch)
    }
    expect(await code).toBe(0)
    const seconds = (performance.now() - began) / 1000
    // 15 bytes before each of two million lines
    expect(bytes).toBeGreaterThan(200_000_000 + 2_000_000 * 15)
    expect(200 / seconds).toBeGreaterThan(50)
    expect(peak).toBeGreaterThan(20)
    expect(peak).toBeLessThan(90)
  })

  test('on one stream does not hold up the other', async () => {
    const alive = '(i=0; while [ $i -lt 20 ]; do echo alive >&2; sleep 0.02; i=$((i+1)); done) &'
    const { records, stdout, stderr } = await runUnder(sh(`${alive} yes "$(printf %099d 0)" | head -n 500000; wait`))
    expect(stdout).toHaveLength(500_000)
    expect(stderr).toHaveLength(20)
    const during = records.slice(
      0,
      records.findLastIndex(({ kind }) => kind === 'o'),
    )
    expect(during.filter(({ kind }) => kind === 'e').length).toBeGreaterThan(2)
  })

  test('that nobody reads holds up the command, costs no memory, and can be stopped', async () => {
    const runner = startRunner(runnerSpec(node(FLOOD.replace('COUNT', '2000').replace('FD', '1')), { graceMs: 200 }))
    await sleep(1_500)
    const [child] = readFileSync(`/proc/${runner.child.pid}/task/${runner.child.pid}/children`, 'utf8').split(' ')
    expect(memoryMb(runner.child.pid, 'VmRSS')).toBeLessThan(90)
    expect(runner.child.exitCode).toBeNull()
    runner.child.kill('SIGTERM')
    await expect.poll(() => readState(Number(child))).toBeUndefined()
    const { end } = await runner.result()
    expect(end).toMatchObject({ exitCode: 143, stoppedBy: 'signal' })
  })
})

function readState(pid: number): string | undefined {
  try {
    return /State:\s+(\w)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
