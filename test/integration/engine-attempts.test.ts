import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Environments } from '#core/environments/index.ts'
import { openEngine, processesOf, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const runOf = async (spec: object) => engine.run(await engine.pipeline(spec), { cache: false })
const finishedOf = (run: string) =>
  engine.events(run).flatMap((event) => (event.kind === 'attempt.finished' ? [event] : []))
const isLinux = process.platform === 'linux'

describe('retry', () => {
  test('waits at least the backoff, which grows up to its cap; each attempt has its own folder and log', async () => {
    const view = await runOf({
      steps: {
        a: sh(
          'touch left "$HOME/left" "$MINISUB_OUTPUTS/left"; ls "$HOME" "$MINISUB_OUTPUTS" .. | grep -c left; pwd; echo "attempt $MINISUB_ATTEMPT"; test "$MINISUB_ATTEMPT" = 4',
          {
            retry: { limit: 5, backoff: { duration: '200ms', factor: 2, cap: '300ms' } },
          },
        ),
      },
    })
    expect(stepOf(view, 'a')).toMatchObject({ status: 'succeeded', attempts: 4, exitCode: 0, reason: null })
    const events = engine.events(view.id)
    const created = events.flatMap((it) => (it.kind === 'attempt.created' ? [it] : []))
    const finished = finishedOf(view.id)
    expect(created.map((it) => [it.attempt, it.verdict.reason])).toEqual([
      [1, 'the cache is switched off for this run'],
      [2, 'another attempt after a failure'],
      [3, 'another attempt after a failure'],
      [4, 'another attempt after a failure'],
    ])
    const waits = finished.slice(0, 3).map((it, i) => (created[i + 1]?.at ?? 0) - it.finishedAt)
    for (const [i, least] of [200, 300, 300].entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(least)
      expect(waits[i]).toBeLessThan(least + 10_000)
    }
    const logs = await Promise.all([1, 2, 3, 4].map((attempt) => engine.log(view.id, 'a', { attempt })))
    expect(logs.map((lines) => lines.at(-1))).toEqual(['attempt 1', 'attempt 2', 'attempt 3', 'attempt 4'])
    expect(new Set(logs.map((lines) => lines.at(-2))).size).toBe(4)
    expect(logs.map((lines) => lines[0])).toEqual(['2', '2', '2', '2'])
  })

  test('ends after the limit, as failed, with the code of the last attempt; other steps do not wait for it', async () => {
    const view = await runOf({
      steps: {
        a: sh('exit $((MINISUB_ATTEMPT + 10))', { retry: { limit: 2 } }),
        b: sh('exit 0'),
      },
    })
    expect(stepOf(view, 'a')).toMatchObject({ status: 'failed', attempts: 3, exitCode: 13, reason: 'exit code 13' })
    expect(stepOf(view, 'b').status).toBe('succeeded')
  })

  test('is per item, and leaves the slot to others while it waits', async () => {
    const view = await engine.run(
      await engine.pipeline({
        steps: {
          a: sh('test "$1" != 1 || test "$MINISUB_ATTEMPT" = 2', '${{ each.i }}', {
            forEach: { i: [0, 1, 2, 3] },
            retry: { limit: 1, backoff: { duration: '300ms' } },
          }),
        },
      }),
      { cache: false, parallelism: 1 },
    )
    expect(view.steps.map((step) => [step.status, step.attempts])).toEqual([
      ['succeeded', 1],
      ['succeeded', 2],
      ['succeeded', 1],
      ['succeeded', 1],
    ])
    const order = engine.events(view.id).flatMap((it) => (it.kind === 'attempt.created' ? [it.item] : []))
    expect(order).toEqual([0, 1, 2, 3, 1])
  })

  test('also follows an output that was not as declared, and a command that was not found', async () => {
    const view = await runOf({
      steps: {
        a: sh('test "$MINISUB_ATTEMPT" = 1 || echo 1 > "$MINISUB_OUTPUTS/n"', {
          retry: { limit: 1 },
          outputs: { n: { type: 'integer' } },
        }),
        b: { command: ['no-such-program'], retry: { limit: 1 } },
      },
    })
    expect(stepOf(view, 'a')).toMatchObject({ status: 'succeeded', attempts: 2, outputs: { n: 1 } })
    expect(stepOf(view, 'b')).toMatchObject({ status: 'failed', attempts: 2 })
  })
})

describe('timeout', () => {
  test('counts from the start of the command, ends it as failed, and a late exit code 0 is no success', async () => {
    const view = await runOf({
      steps: {
        a: sh('trap "exit 0" TERM; echo on; for i in $(seq 100); do sleep 0.1; done', { timeout: '400ms' }),
        b: sh('sleep 0.1', { timeout: '5s' }),
        c: sh('exit 0', { needs: { a: 'failed' } }),
      },
    })
    expect(statusesOf(view)).toEqual({ a: 'failed', b: 'succeeded', c: 'succeeded' })
    expect(stepOf(view, 'a').reason).toBe(
      'ran longer than its timeout of 0.40 s: raise the timeout or make the step quicker',
    )
    const started = engine.events(view.id).find((it) => it.kind === 'attempt.started' && it.step === 'a')
    const [ended] = finishedOf(view.id).filter((it) => it.step === 'a')
    const ran = (ended?.finishedAt ?? 0) - (started?.kind === 'attempt.started' ? started.startedAt : 0)
    // the end is the time of a file, whose clock may be some milliseconds behind
    expect(ran).toBeGreaterThanOrEqual(380)
    expect(ran).toBeLessThan(8_000)
    expect(ended).toMatchObject({ code: 'step_timeout', outcome: 'failed', exitCode: 0 })
  })

  test('does not count the time in which the environment is prepared', async () => {
    const slow = (real: Environments): Environments => ({
      ...real,
      ensure: async (lock, options) => {
        await sleep(900)
        return real.ensure(lock, options)
      },
    })
    await using other = await openEngine({ environments: slow })
    const spec = {
      environments: { py: { python: '>=3.9' } },
      steps: { a: sh('exit 0', { environment: 'py', timeout: '800ms' }) },
    }
    expect(statusesOf(await other.run(await other.pipeline(spec)))).toEqual({ a: 'succeeded' })
  })

  test.skipIf(!isLinux)(
    'after 10 s of grace kills a command that ignores SIGTERM and all below it, and retries (seen in /proc: Linux only)',
    async () => {
      const file = await engine.pipeline({
        steps: {
          a: sh(
            `test "$MINISUB_ATTEMPT" = 2 && exit 0; trap '' TERM; setsid sh -c "trap '' TERM; sleep 1000" & (trap '' TERM; sleep 1001) & echo on; while :; do sleep 1; done`,
            { timeout: '300ms', retry: { limit: 1 } },
          ),
        },
      })
      const { id } = await engine.start(file, { cache: false })
      await until('the second attempt runs', () => stepOf(engine.service.show(id), 'a').attempts === 2)
      const [first] = finishedOf(id)
      const started = engine.events(id).find((it) => it.kind === 'attempt.started')
      const ran = (first?.finishedAt ?? 0) - (started?.kind === 'attempt.started' ? started.startedAt : 0)
      expect(ran).toBeGreaterThanOrEqual(10_280)
      expect(ran).toBeLessThan(20_000)
      expect(first).toMatchObject({ code: 'step_timeout', signal: 'SIGKILL' })
      const view = await engine.end(id)
      expect([view.status, processesOf(id)]).toEqual(['succeeded', []])
    },
  )
})

describe('a loss', () => {
  /** Kills the supervisor of an attempt as soon as it is known by its claim file. */
  const killSupervisor = async (run: string, attempt: number): Promise<void> => {
    const folder = join(engine.home, 'runs', run)
    const claim = () => {
      const name = existsSync(folder) ? readdirSync(folder).find((it) => it.startsWith(`a.${attempt}-`)) : undefined
      const file = join(folder, name ?? '', 'process')
      return name !== undefined && existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) : 0
    }
    await until('it runs', async () => claim() > 0 && (await engine.log(run, 'a')).includes(`on ${attempt}`))
    process.kill(claim(), 'SIGKILL')
  }
  const lossy = (more: object) => sh('echo "on $MINISUB_ATTEMPT"; test "$MINISUB_ATTEMPT" = 3 || exec sleep 60', more)

  test('without retry ends the step as lost and the run as failed; its failed edge is met, its status reads failed', async () => {
    const file = await engine.pipeline({
      steps: {
        a: lossy({}),
        b: sh('exit 0', { needs: ['a'] }),
        c: sh('echo "$1"', '${{ steps.a.status }}', { needs: { a: 'failed' } }),
      },
    })
    const { id } = await engine.start(file, { cache: false })
    await killSupervisor(id, 1)
    const view = await engine.end(id)
    expect(statusesOf(view)).toEqual({ a: 'lost', b: 'skipped', c: 'succeeded' })
    expect(view.status).toBe('failed')
    expect(stepOf(view, 'a')).toMatchObject({
      exitCode: null,
      attempts: 1,
      reason: expect.stringMatching(/^lost: its supervisor ended/),
    })
    expect(await engine.log(id, 'c')).toEqual(['failed'])
    expect(processesOf(id)).toEqual([])
  })

  test('with retry is followed by another attempt, and says so', async () => {
    const { id } = await engine.start(await engine.pipeline({ steps: { a: lossy({ retry: { limit: 2 } }) } }), {
      cache: false,
    })
    await killSupervisor(id, 1)
    await killSupervisor(id, 2)
    const view = await engine.end(id)
    expect(stepOf(view, 'a')).toMatchObject({ status: 'succeeded', attempts: 3 })
    expect(finishedOf(id).map((it) => [it.outcome, it.code])).toEqual([
      ['lost', 'step_lost'],
      ['lost', 'step_lost'],
      ['succeeded', null],
    ])
    expect(processesOf(id)).toEqual([])
  })
})

describe('what a step leaves running', () => {
  test.skipIf(!isLinux)(
    'is gone when the run has ended, also what left its session (seen in /proc: Linux only)',
    async () => {
      const file = await engine.pipeline({
        steps: {
          a: sh('setsid sleep 1004 > /dev/null 2>&1 & sleep 1005 & exit 0'),
          b: sh('exit 3', { needs: ['a'] }),
        },
      })
      const { id } = await engine.start(file, { cache: false })
      const view = await engine.end(id)
      expect([statusesOf(view), processesOf(id)]).toEqual([{ a: 'succeeded', b: 'failed' }, []])
    },
  )
})
