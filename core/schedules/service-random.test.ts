import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as settle } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OVERLAPS, type Overlap } from '#core/contract/schedules.ts'
import { openStore } from '#core/store/index.ts'
import type { Runs } from './begin-run.ts'
import { createFakeClock } from './fake-clock.ts'
import { createFakeRuns, type FakeRuns } from './fake-runs.ts'
import { openSchedules } from './service.ts'

const MINUTE = 60_000
const START = Date.parse('2026-10-25T00:00Z')

type Action =
  | { kind: 'pass' | 'sleep' | 'setBack'; ms: number }
  | { kind: 'kill' | 'killBefore' | 'killAfter' | 'end' | 'pause' | 'resume' }

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20 * MINUTE }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 90 * MINUTE }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('setBack' as const), ms: fc.integer({ min: 1, max: 60 * MINUTE }) }),
    },
    {
      weight: 5,
      arbitrary: fc.constantFrom('kill', 'killBefore', 'killAfter', 'end', 'pause', 'resume').map((kind) => ({
        kind: kind as 'kill',
      })),
    },
  ),
  { minLength: 1, maxLength: 25 },
)

/** What a killed core still does must not count: after its death nothing of it answers. */
function mortal(runs: FakeRuns): { runs: Runs; kill: () => void } {
  let isDead = false
  const never = () => new Promise<never>(() => undefined)
  return {
    kill: () => (isDead = true),
    runs: {
      ...runs,
      start: async (...args) => {
        const view = await runs.start(...args)
        return isDead ? never() : view
      },
      cancel: async (run) => {
        await runs.cancel(run)
        setImmediate(() => runs.end(run, 'cancelled'))
      },
    },
  }
}

test('whatever happens, each time is started at most once, never before it and never after the deadline', async () => {
  await fc.assert(fc.asyncProperty(actions, fc.constantFrom(...OVERLAPS), fc.integer({ min: 0, max: 900 }), play), {
    numRuns: 300,
  })
})

async function play(steps: Action[], overlap: Overlap, startingDeadlineSeconds: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-random-'))
  const clock = createFakeClock(START)
  const world = createFakeRuns(() => clock.now())
  const errors: unknown[] = []
  const file = join(home, 'p.yaml')
  writeFileSync(
    file,
    'apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: p}\nspec: {steps: {a: {command: ["true"]}}}\n',
  )
  const open = () => {
    const store = openStore(home)
    const { runs, kill } = mortal(world)
    const schedules = openSchedules({ store, runs, clock, onError: (error) => void errors.push(error) })
    return {
      ...schedules,
      close: () => {
        kill()
        schedules[Symbol.dispose]()
        store[Symbol.dispose]()
      },
    }
  }
  /** When each run began, and its clock at that time. */
  const begun = new Map<string, { run: string; at: number }[]>()
  let core = open()
  try {
    await core.create({ file, cron: '*/7 * * * *', timeZone: 'Europe/Berlin', overlap, startingDeadlineSeconds })
    for (const step of steps) {
      await take(step)
      for (let i = 0; i < 4; i += 1) await settle()
      for (const { outcome, run, dueAt } of core.show('p').occurrences) {
        if (outcome !== 'started' || run === null) continue
        const list = begun.get(dueAt) ?? []
        const at = world.all.get(run)?.at ?? NaN
        if (!list.some((it) => it.run === run)) begun.set(dueAt, [...list, { run, at }])
      }
    }
    expect(errors).toEqual([])
    // Every run that exists is told of, each time has one, and it is in time.
    const told = [...begun.values()].flat().map(({ run }) => run)
    const starting = core.show('p').occurrences.filter(({ outcome }) => outcome === 'starting')
    expect(
      [...world.all.keys()].filter((run) => !told.includes(run) && !starting.some((it) => it.run === run)),
    ).toEqual([])
    for (const [dueAt, list] of begun) {
      expect([dueAt, list.length]).toEqual([dueAt, 1])
      const late = (list[0]?.at ?? NaN) - Date.parse(dueAt)
      expect(late).toBeGreaterThanOrEqual(0)
      expect(late).toBeLessThanOrEqual(Math.max(startingDeadlineSeconds * 1000, 1000))
      expect(((Date.parse(dueAt) / MINUTE) % 60) % 7).toBe(0)
    }
  } finally {
    core.close()
    rmSync(home, { recursive: true, force: true })
  }

  async function take(step: Action): Promise<void> {
    switch (step.kind) {
      case 'pass':
        return clock.advance(step.ms)
      case 'sleep':
        return clock.sleep(step.ms)
      case 'setBack':
        return clock.set(clock.now() - step.ms)
      case 'end':
        for (const run of world.all.keys()) world.end(run)
        return
      case 'pause':
      case 'resume':
        return void core[step.kind]('p')
      case 'kill':
        core.close()
        core = open()
        return
      case 'killBefore':
      case 'killAfter': {
        // The next start hangs at that point, and then the core dies.
        const at = step.kind === 'killBefore' ? 'before' : 'after'
        world.hooks[at] = () => new Promise(() => undefined)
        await clock.advance(8 * MINUTE)
        core.close()
        delete world.hooks[at]
        core = open()
      }
    }
  }
}
