import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as settle } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScheduleDraft } from '#core/contract/schedules.ts'
import { openStore } from '#core/store/index.ts'
import { createFakeClock } from './fake-clock.ts'
import { createFakeRuns } from './fake-runs.ts'
import { openSchedules } from './service.ts'

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]

let home = ''
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'minisub-schedules-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

let clock = createFakeClock(0)
let world = createFakeRuns(() => clock.now())
let errors: unknown[] = []
beforeEach(() => {
  clock = createFakeClock('2026-11-01T12:00:00.000Z')
  world = createFakeRuns(() => clock.now())
  errors = []
  writeFileSync(join(home, 'p.yaml'), PIPELINE)
})

const PIPELINE = `apiVersion: mini-submarine/v1
kind: Pipeline
metadata: {name: wine}
spec:
  parameters: {depth: {type: integer, default: 3}, label: {type: string, default: x}}
  steps: {a: {command: ["true"]}}
`

function open() {
  const store = openStore(home)
  const onError = (error: unknown) => void errors.push(error)
  const schedules = openSchedules({ store, runs: world, clock, onError })
  return {
    ...schedules,
    store,
    add: (draft: Partial<ScheduleDraft> = {}) =>
      schedules.create({ file: join(home, 'p.yaml'), cron: '*/5 * * * *', timeZone: 'UTC', ...draft }),
    /** Outcomes of the only schedule, oldest first: when, how many, what. */
    told: (name = 'wine') =>
      schedules
        .show(name)
        .occurrences.toReversed()
        .map(({ dueAt, count, outcome }) => `${dueAt.slice(11, 16)} ${count > 1 ? `${count} ` : ''}${outcome}`),
    close() {
      schedules[Symbol.dispose]()
      store[Symbol.dispose]()
    },
    [Symbol.dispose]() {
      this.close()
    },
  }
}

test('one is replaced at once, paused as it was, and another name is refused', async () => {
  using core = open()
  const before = await core.add({ overlap: 'allow' })
  core.pause('wine')
  const draft = { file: join(home, 'p.yaml'), cron: '0 7 * * *', timeZone: 'UTC' }
  const after = await core.replace('wine', draft)
  expect(after).toMatchObject({ name: 'wine', cron: '0 7 * * *', paused: true, missed: 0 })
  expect(core.list().map(({ id }) => id)).toEqual([after.id])
  expect(after.id).not.toBe(before.id)
  await expect(core.replace('wine', { ...draft, cron: 'often' })).rejects.toMatchObject({ code: 'invalid_cron' })
  expect(core.list()).toHaveLength(1)
  await expect(core.replace('none', draft)).rejects.toMatchObject({ code: 'not_found' })
})

describe('making one', () => {
  test('it is checked, stored with values, and told with its next times', async () => {
    using core = open()
    const view = await core.add({ name: 'often', parameterTexts: { depth: '7' }, parameters: { label: 'y' } })
    expect(view).toMatchObject({
      name: 'often',
      pipeline: 'wine',
      timeZone: 'UTC',
      overlap: 'forbid',
      startingDeadlineSeconds: 600,
      parameters: { depth: 7, label: 'y' },
      paused: false,
      last: null,
      missed: 0,
    })
    expect(view.next.map((it) => it.slice(11, 16))).toEqual(['12:05', '12:10', '12:15', '12:20', '12:25'])
    expect(core.list()).toEqual([view])
    expect(core.show(view.id)).toEqual({ ...view, occurrences: [] })
  })

  test.each<[string, Partial<ScheduleDraft>, string]>([
    ['cron', { cron: '0 24 * * *' }, 'invalid_cron'],
    ['zone', { timeZone: 'Europe/Berln' }, 'invalid_time_zone'],
    ['name', { name: 'Wine!' }, 'invalid_name'],
    ['file', { file: '/nowhere/p.yaml' }, 'input_missing'],
    ['parameter', { parameterTexts: { depth: 'x' } }, 'invalid_parameter'],
    ['unknown parameter', { parameters: { deep: 1 } }, 'unknown_parameter'],
    ['target', { target: 'moon' }, 'not_supported'],
  ])('a wrong %s is refused and nothing is written', async (_, draft, code) => {
    using core = open()
    await expect(core.add(draft)).rejects.toMatchObject({ code })
    expect(core.list()).toEqual([])
  })

  test('a name is there once', async () => {
    using core = open()
    await core.add()
    await expect(core.add()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('give this one another name') as string,
    })
    await expect(Promise.all([core.add({ name: 'b' }), core.add({ name: 'b' })])).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  test('the next times of an expression are told without making one', () => {
    using core = open()
    const { timeZone, next } = core.preview('0 6 * * *', 'europe/berlin')
    expect([timeZone, next[0], next.length]).toEqual(['Europe/Berlin', '2026-11-02T05:00:00.000Z', 5])
    expect(() => core.preview('x', undefined)).toThrow(expect.objectContaining({ code: 'invalid_cron' }) as Error)
  })

  test('an unknown one is said with what was meant', async () => {
    using core = open()
    await core.add()
    expect(() => core.show('wien')).toThrow('there is no schedule "wien": did you mean "wine"?')
  })
})

describe('by the clock', () => {
  test('a run begins at its time, under the id that was written down, by the schedule', async () => {
    using core = open()
    await core.add({ parameterTexts: { depth: '7' }, overlap: 'allow' })
    await clock.advance(12 * MINUTE)
    expect(core.told()).toEqual(['12:05 started', '12:10 started'])
    const begun = [...world.all.values()].map(({ at, createdBy, parameters }) => ({ at, createdBy, parameters }))
    const by = { createdBy: 'schedule:wine', parameters: { depth: 7 } }
    expect(begun).toEqual([
      { at: Date.parse('2026-11-01T12:05Z'), ...by },
      { at: Date.parse('2026-11-01T12:10Z'), ...by },
    ])
    expect(core.show('wine').occurrences[0]?.run).toBe([...world.all.keys()][1])
  })

  test('a machine that slept makes up for the latest time only, once', async () => {
    using core = open()
    await core.add()
    clock.sleep(4 * HOUR + 3 * MINUTE)
    await clock.advance(30 * SECOND)
    expect(core.told()).toEqual(['12:05 47 missed', '16:00 started'])
    expect(core.list()[0]).toMatchObject({ missed: 47, last: { outcome: 'started' } })
  })

  test('after its deadline nothing is made up for; what is missed one after another shares a row', async () => {
    using core = open()
    await core.add({ startingDeadlineSeconds: 60 })
    for (const slept of [4 * HOUR + 3 * MINUTE, 4 * HOUR, 4 * HOUR]) {
      clock.sleep(slept)
      await clock.advance(30 * SECOND)
    }
    expect(core.told()).toEqual(['12:05 144 missed'])
    expect(core.show('wine').occurrences[0]).toMatchObject({ lastDueAt: '2026-11-02T00:00:00.000Z', run: null })
    expect(core.list()[0]?.missed).toBe(144)
  })

  test('a month of missed minutes is one row', async () => {
    using core = open()
    await core.add({ cron: '* * * * *', startingDeadlineSeconds: 0 })
    clock.sleep(30 * 24 * HOUR + 10 * SECOND)
    await clock.advance(30 * SECOND)
    expect(core.told()).toEqual(['12:01 43200 missed'])
  })

  test('a clock that is set back runs nothing twice', async () => {
    using core = open()
    await core.add({ overlap: 'allow' })
    await clock.advance(15 * MINUTE)
    clock.set(Date.parse('2026-11-01T12:02:00Z'))
    await clock.advance(20 * MINUTE)
    expect(core.told()).toEqual(['12:05 started', '12:10 started', '12:15 started', '12:20 started'])
    expect(world.all.size).toBe(4)
  })

  test('a clock that is set back further than there are rows runs nothing twice', async () => {
    using core = open()
    await core.add({ cron: '* * * * *', overlap: 'allow' })
    await clock.advance(1_010 * MINUTE)
    const runs = world.all.size
    clock.set(Date.parse('2026-11-01T12:02:00Z'))
    await clock.advance(20 * MINUTE)
    expect([runs, world.all.size, core.list()[0]?.next[0]]).toEqual([1_010, 1_010, '2026-11-01T12:23:00.000Z'])
    await clock.advance(HOUR)
    expect(world.all.size).toBe(1_010)
  })

  test('until a run has begun, nothing else of its schedule is decided, and others go on', async () => {
    using core = open()
    await core.add({ name: 'slow', cron: '* * * * *', overlap: 'allow' })
    await core.add({ name: 'quick', cron: '* * * * *', overlap: 'allow' })
    const { promise, resolve } = Promise.withResolvers<void>()
    let first = true
    world.hooks.before = () => {
      const wait = first ? promise : undefined
      first = false
      return wait
    }
    await clock.advance(5 * MINUTE)
    expect([core.told('slow'), core.told('quick').length]).toEqual([['12:01 starting'], 5])
    resolve()
    await clock.advance(MINUTE)
    expect(core.told('slow')).toEqual(['12:01 started', '12:02 3 missed', '12:05 started', '12:06 started'])
  })

  test('a clock that was wrong for years does not silence a schedule', async () => {
    using core = open()
    await core.add()
    clock.set(Date.parse('2037-01-01T00:02:00Z'))
    await clock.advance(MINUTE)
    clock.set(Date.parse('2026-11-01T12:02:00Z'))
    await clock.advance(MINUTE)
    expect(core.list()[0]?.next[0]).toBe('2026-11-01T12:05:00.000Z')
    world.end([...world.all.keys()][0] ?? '')
    await clock.advance(10 * MINUTE)
    // 12:05 begins the row of what was missed until 2037, so it was decided.
    expect([...world.all.values()].map(({ at }) => new Date(at).toISOString().slice(0, 15))).toEqual([
      '2037-01-01T00:0',
      '2026-11-01T12:1',
    ])
  })

  test('one that cannot be started is recorded in words, and the next time is tried again', async () => {
    using core = open()
    const file = join(home, 'broken.yaml')
    writeFileSync(file, PIPELINE)
    await core.add({ file })
    await clock.advance(10 * MINUTE)
    const [latest, first] = core.show('wine').occurrences
    expect([latest?.outcome, first?.outcome]).toEqual(['failed', 'failed'])
    expect(latest).toMatchObject({ run: null, reason: 'it is broken: mend it' })
    expect(errors).toEqual([])
  })

  test('a bug while starting is recorded, and told to the log', async () => {
    using core = open()
    await core.add()
    world.hooks.before = () => {
      throw new Error('the secret of the bug')
    }
    await clock.advance(5 * MINUTE)
    expect(core.show('wine').occurrences[0]).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('the log of the core says more') as string,
    })
    expect(String(errors)).toContain('the secret of the bug')
  })
})

describe('overlap', () => {
  test('forbid: while a run of it goes on, times are skipped, and the run is named', async () => {
    using core = open()
    await core.add()
    await clock.advance(10 * MINUTE)
    const run = [...world.all.keys()][0] ?? ''
    expect(core.told()).toEqual(['12:05 started', '12:10 skipped'])
    expect(core.show('wine').occurrences[0]).toMatchObject({ run: null, reason: `run ${run} was still going on` })
    world.end(run)
    await clock.advance(5 * MINUTE)
    expect(core.told()).toEqual(['12:05 started', '12:10 skipped', '12:15 started'])
  })

  test('forbid remembers its run also where its row was dropped', async () => {
    using core = open()
    await core.add({ cron: '* * * * *' })
    await clock.advance(MINUTE)
    const run = [...world.all.keys()][0] ?? ''
    await clock.advance(1_010 * MINUTE)
    expect(core.show('wine').occurrences[0]).toMatchObject({ outcome: 'skipped', reason: expect.stringContaining(run) })
    expect([world.all.size, rowsIn(core.store)]).toEqual([1, 1_000])
  })

  test('replace: the run is cancelled, and the next begins when it has ended', async () => {
    using core = open()
    await core.add({ overlap: 'replace' })
    await clock.advance(10 * MINUTE)
    const [first = ''] = world.all.keys()
    expect(core.told()).toEqual(['12:05 started', '12:10 starting'])
    expect([...world.awaited.keys()]).toEqual([first])
    await clock.advance(11 * MINUTE)
    world.end(first, 'cancelled')
    await settle()
    expect(core.told()).toEqual(['12:05 started', '12:10 started', '12:15 missed', '12:20 starting'])
    world.end([...world.all.keys()][1] ?? '', 'cancelled')
    await settle()
    await settle()
    expect(core.told()).toEqual(['12:05 started', '12:10 started', '12:15 missed', '12:20 started'])
  })
})

function rowsIn(store: ReturnType<typeof openStore>): number {
  return (store.db.prepare('SELECT count(*) AS n FROM schedule_occurrences').get() as { n: number }).n
}

describe('a pause', () => {
  test('nothing is due and nothing is missed; it goes on from when it is resumed', async () => {
    using core = open()
    await core.add({ overlap: 'allow' })
    await clock.advance(5 * MINUTE)
    expect(core.pause('wine')).toMatchObject({ paused: true, next: [] })
    expect(core.pause('wine').paused).toBe(true)
    expect([core.activeCount(), clock.timers()]).toEqual([0, 0])
    await clock.advance(HOUR)
    expect(core.resume('wine')).toMatchObject({ paused: false, missed: 0, next: { length: 5 } })
    expect(core.resume('wine').paused).toBe(false)
    await clock.advance(5 * MINUTE)
    expect(core.told()).toEqual(['12:05 started', '13:10 started'])
  })

  test('outlives the core', async () => {
    const core = open()
    await core.add()
    core.pause('wine')
    core.close()
    clock.sleep(HOUR)
    using next = open()
    await clock.advance(HOUR)
    expect([next.list()[0]?.paused, next.told()]).toEqual([true, []])
  })

  test('what was due by then is decided first', async () => {
    using core = open()
    await core.add()
    clock.sleep(11 * MINUTE)
    core.pause('wine')
    await settle()
    expect(core.told()).toEqual(['12:05 missed', '12:10 started'])
  })
})

test('a deleted one starts nothing more, and its runs stay', async () => {
  using core = open()
  await core.add()
  await clock.advance(5 * MINUTE)
  core.delete('wine')
  await clock.advance(HOUR)
  expect([core.list(), world.all.size, rowsIn(core.store), clock.timers()]).toEqual([[], 1, 0, 0])
})

test('one that is deleted while its run is being started is gone', async () => {
  using core = open()
  await core.add()
  const { promise, resolve } = Promise.withResolvers<void>()
  world.hooks.before = () => promise
  await clock.advance(5 * MINUTE)
  core.delete('wine')
  resolve()
  await clock.advance(MINUTE)
  expect([core.list(), rowsIn(core.store)]).toEqual([[], 0])
})

test('others are told of every change', async () => {
  using core = open()
  let told = 0
  const end = core.onChange(() => (told += 1))
  const changes = async (work: () => unknown): Promise<boolean> => {
    const before = told
    await work()
    return told > before
  }
  expect(await changes(() => core.add())).toBe(true)
  expect(await changes(() => clock.advance(5 * MINUTE))).toBe(true)
  expect(await changes(() => clock.advance(MINUTE))).toBe(false)
  expect(await changes(() => core.pause('wine'))).toBe(true)
  expect(await changes(() => core.pause('wine'))).toBe(false)
  expect(await changes(() => core.resume('wine'))).toBe(true)
  expect(await changes(() => core.delete('wine'))).toBe(true)
  end()
  expect(await changes(() => core.add())).toBe(false)
})

describe('a core that dies', () => {
  test('after the row and before the run: the next core starts it within the deadline', async () => {
    world.hooks.before = () => new Promise(() => undefined)
    const core = open()
    await core.add()
    await clock.advance(5 * MINUTE)
    expect(core.told()).toEqual(['12:05 starting'])
    core.close()
    delete world.hooks.before
    clock.sleep(2 * MINUTE)
    using next = open()
    await settle()
    expect([next.told(), world.all.size]).toEqual([['12:05 started'], 1])
  })

  test('after the row and before the run: too late it is missed', async () => {
    world.hooks.before = () => new Promise(() => undefined)
    const core = open()
    await core.add({ cron: '5 * * * *' })
    await clock.advance(5 * MINUTE)
    core.close()
    clock.sleep(20 * MINUTE)
    using next = open()
    await settle()
    expect([next.told(), world.all.size, next.list()[0]?.missed]).toEqual([['12:05 missed'], 0, 1])
  })

  test('after the row and before the run: it is the latest time that is made up for', async () => {
    world.hooks.before = () => new Promise(() => undefined)
    const core = open()
    await core.add()
    await clock.advance(5 * MINUTE)
    core.close()
    delete world.hooks.before
    clock.sleep(6 * MINUTE)
    using next = open()
    await settle()
    expect([next.told(), world.all.size]).toEqual([['12:05 missed', '12:10 started'], 1])
  })

  test('after the run and before its row says so: it is started', async () => {
    world.hooks.after = () => new Promise(() => undefined)
    const core = open()
    await core.add()
    await clock.advance(5 * MINUTE)
    core.close()
    clock.sleep(MINUTE)
    using next = open()
    await settle()
    expect([next.told(), world.all.size]).toEqual([['12:05 started'], 1])
    expect(next.show('wine').last?.run).toBe([...world.all.keys()][0])
    await clock.advance(5 * MINUTE)
    expect(next.told()).toEqual(['12:05 started', '12:10 skipped'])
  })
})

test('what cannot be written is begun when it can', async () => {
  using core = open()
  await core.add()
  core.store.db.exec("CREATE TRIGGER full BEFORE INSERT ON schedule_occurrences BEGIN SELECT RAISE(ABORT, 'full'); END")
  await clock.advance(6 * MINUTE)
  expect([world.all.size, errors.length > 0, core.told()]).toEqual([0, true, []])
  core.store.db.exec('DROP TRIGGER full')
  await clock.advance(MINUTE)
  expect([world.all.size, core.told()]).toEqual([1, ['12:05 started']])
})

test('a start whose end cannot be written is known when it can', async () => {
  using core = open()
  await core.add()
  core.store.db.exec("CREATE TRIGGER full BEFORE UPDATE ON schedule_occurrences BEGIN SELECT RAISE(ABORT, 'full'); END")
  await clock.advance(6 * MINUTE)
  expect([world.all.size, core.told()]).toEqual([1, ['12:05 starting']])
  core.store.db.exec('DROP TRIGGER full')
  await clock.advance(MINUTE)
  expect([world.all.size, core.told()]).toEqual([1, ['12:05 started']])
})

test('a thousand schedules wait on one timer, are decided in one transaction, and start a few at a time', async () => {
  using core = open()
  let going = 0
  let most = 0
  let written = 0
  world.hooks.before = async () => {
    written ||= rowsIn(core.store)
    most = Math.max(most, (going += 1))
    await settle()
    going -= 1
  }
  for (let i = 0; i < 1_000; i += 1) await core.add({ name: `s${i}` })
  expect(clock.timers()).toBe(1)
  const transactions = vi.spyOn(core.store, 'transaction')
  await clock.advance(5 * MINUTE)
  while (world.all.size < 1_000) await settle()
  await settle()
  expect([most, written]).toEqual([4, 1_000])
  expect(core.list().every(({ last }) => last?.outcome === 'started')).toBe(true)
  expect([clock.timers(), transactions.mock.calls.length]).toEqual([1, 1_001])
  core.close()
  using next = open()
  expect([next.list().length, clock.timers()]).toEqual([1_000, 1])
})
