import { describe, expect, test } from 'vitest'
import type { ScheduleDraft } from '#core/contract/schedules.ts'
import { createFakeClock, type FakeClock } from '#core/schedules/fake-clock.ts'
import { openSchedules } from '#core/schedules/index.ts'
import { openEngine, sh, until, type Engine } from '#test/support/engine.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Schedules on the real engine and its SQLite file, by a clock that the test moves. */
function openOn(engine: Engine, clock: FakeClock) {
  const { store, service: runs } = engine
  const errors: unknown[] = []
  const schedules = openSchedules({ store, runs, clock, onError: (error) => void errors.push(error) })
  const settled = (name: string) =>
    until('nothing is being started', () =>
      schedules.show(name).occurrences.every(({ outcome }) => outcome !== 'starting'),
    )
  return {
    ...schedules,
    errors,
    settled,
    add: (file: string, draft: Partial<ScheduleDraft>) => schedules.create({ file, cron: '@hourly', ...draft }),
    /** Lets time pass; what is started on the way has begun before more of it passes. */
    async pass(name: string, ms: number): Promise<void> {
      for (let done = 0; done < ms; done += MINUTE) {
        await clock.advance(MINUTE)
        await settled(name)
      }
    },
    /** Oldest first. */
    told: (name: string) => schedules.show(name).occurrences.toReversed(),
  }
}

/** Who made a run, as the table of runs says. */
function makers(engine: Engine): unknown[] {
  return engine.store.db.prepare('SELECT id, created_by FROM runs ORDER BY id').raw().all()
}

describe.each([
  {
    change: 'the clock is set forward',
    zone: 'Europe/Berlin',
    from: '2026-03-29T00:15:00.000Z',
    // 02:30 is left out.
    hourly: ['00:30', '01:30', '02:30', '03:30'],
    nightly: [],
  },
  {
    change: 'the clock is set back',
    zone: 'Europe/Berlin',
    from: '2026-10-24T23:45:00.000Z',
    // 02:30 comes twice.
    hourly: ['00:30', '01:30', '02:30', '03:30'],
    nightly: ['00:30', '01:30'],
  },
  {
    change: 'the clock is set forward by half an hour',
    zone: 'Australia/Lord_Howe',
    from: '2026-10-03T15:10:00.000Z',
    // 02:00 to 02:30 is left out: from 01:30 on it is an hour to 03:00, and half an hour to 02:30.
    hourly: ['15:30', '16:30', '17:30', '18:30'],
    nightly: ['15:30'],
  },
])('where $change in $zone', ({ zone, from, hourly, nightly }) => {
  test('a run begins at each instant at which the clock of the zone shows the time, and at no other', async () => {
    await using engine = await openEngine()
    const clock = createFakeClock(from)
    using schedules = openOn(engine, clock)
    const file = await engine.pipeline({ steps: { a: sh('exit 0') } })
    await schedules.add(file, { name: 'hourly', cron: '30 * * * *', timeZone: zone, overlap: 'allow' })
    await schedules.add(file, { name: 'nightly', cron: '30 2 * * *', timeZone: zone, overlap: 'allow' })
    await schedules.pass('hourly', 4 * HOUR)
    await schedules.settled('nightly')

    const started = (name: string) =>
      schedules.told(name).map(({ dueAt, outcome, reason }) => [dueAt.slice(11, 16), outcome, reason])
    expect(started('hourly')).toEqual(hourly.map((time) => [time, 'started', null]))
    expect(started('nightly')).toEqual(nightly.map((time) => [time, 'started', null]))
    const runs = (name: string) => schedules.told(name).map(({ run }) => [run, `schedule:${name}`])
    expect(new Set(makers(engine))).toEqual(new Set([...runs('hourly'), ...runs('nightly')]))
    expect(schedules.errors).toEqual([])
    for (const [run] of makers(engine) as string[][]) await engine.end(run ?? '')
  })
})

test('forbid skips while its run goes on, and says which', async () => {
  await using engine = await openEngine()
  using schedules = openOn(engine, createFakeClock('2026-11-01T12:00:00Z'))
  const file = await engine.pipeline({
    steps: { a: sh('while [ ! -e "$1" ]; do sleep 0.05; done', `${engine.root}/go`) },
  })
  await schedules.add(file, { name: 'long', overlap: 'forbid', timeZone: 'UTC' })
  await schedules.pass('long', 2 * HOUR)
  const [first, second] = schedules.told('long')
  expect([first?.outcome, second?.outcome]).toEqual(['started', 'skipped'])
  expect(second?.reason).toBe(`run ${first?.run} was still going on`)
  await engine.write('../go', '')
  await engine.end(first?.run ?? '')
  await schedules.pass('long', HOUR)
  expect(schedules.told('long').map(({ outcome }) => outcome)).toEqual(['started', 'skipped', 'started'])
})

test('replace cancels its run, waits until nothing of it is left, and starts', async () => {
  await using engine = await openEngine()
  using schedules = openOn(engine, createFakeClock('2026-11-01T12:00:00Z'))
  const file = await engine.pipeline({ steps: { a: sh('sleep 600') } })
  await schedules.add(file, { name: 'long', overlap: 'replace', timeZone: 'UTC' })
  await schedules.pass('long', HOUR)
  const first = schedules.told('long')[0]?.run ?? ''
  await until('it runs', () => engine.service.show(first).steps[0]?.status === 'running')
  await schedules.pass('long', HOUR)
  const second = schedules.told('long')[1]?.run ?? ''
  expect(schedules.told('long').map(({ outcome }) => outcome)).toEqual(['started', 'started'])
  expect(engine.service.show(first).status).toBe('cancelled')
  expect(engine.service.show(second).status).not.toBe('cancelled')
})

test('allow starts beside it', async () => {
  await using engine = await openEngine()
  using schedules = openOn(engine, createFakeClock('2026-11-01T12:00:00Z'))
  const file = await engine.pipeline({ steps: { a: sh('sleep 600') } })
  await schedules.add(file, { name: 'long', overlap: 'allow', timeZone: 'UTC' })
  await schedules.pass('long', 2 * HOUR)
  const statuses = schedules.told('long').map(({ run }) => engine.service.show(run ?? '').finishedAt)
  expect(statuses).toEqual([null, null])
})

test('the document is read each time: one that became invalid fails in words, one that was mended goes on', async () => {
  await using engine = await openEngine()
  using schedules = openOn(engine, createFakeClock('2026-11-01T12:00:00Z'))
  const file = await engine.pipeline({
    parameters: { n: { type: 'integer' } },
    steps: { a: sh('echo "$1"', '${{ parameters.n }}') },
  })
  await schedules.add(file, { name: 'edited', timeZone: 'UTC', parameterTexts: { n: '7' } })
  await schedules.pass('edited', HOUR)
  await engine.end(schedules.told('edited')[0]?.run ?? '')
  await engine.write('test.yaml', 'apiVersion: mini-submarine/v1\nkind: Pipelin\n')
  await schedules.pass('edited', HOUR)
  await engine.pipeline({ parameters: { m: { type: 'integer', default: 1 } }, steps: { a: sh('exit 0') } })
  await schedules.pass('edited', HOUR)
  await engine.pipeline({ parameters: { n: { type: 'integer' } }, steps: { a: sh('exit 0') } })
  await schedules.pass('edited', HOUR)
  const told = schedules.told('edited')
  expect(told.map(({ outcome }) => outcome)).toEqual(['started', 'failed', 'failed', 'started'])
  expect(told[1]?.reason).toContain(file)
  expect(told[2]?.reason).toContain('unknown parameter "n"')
  expect(await engine.log(told[0]?.run ?? '', 'a')).toEqual(['7'])
  expect(schedules.errors).toEqual([])
})

test('a core that was closed makes up for the latest time once, and what it had begun is not begun again', async () => {
  await using engine = await openEngine()
  const clock = createFakeClock('2026-11-01T12:00:00Z')
  const file = await engine.pipeline({ steps: { a: sh('exit 0') } })
  {
    using schedules = openOn(engine, clock)
    await schedules.add(file, { name: 'often', cron: '*/10 * * * *', timeZone: 'UTC', overlap: 'allow' })
    await schedules.pass('often', 10 * MINUTE)
    // The row says no more than it did before the run began, as where the core is killed just then.
    engine.store.db.prepare("UPDATE schedule_occurrences SET outcome = 'starting'").run()
  }
  await engine.reopen()
  clock.sleep(55 * MINUTE)
  using schedules = openOn(engine, clock)
  await schedules.settled('often')
  const told = schedules.told('often').map(({ dueAt, count, outcome }) => [dueAt.slice(11, 16), count, outcome])
  expect(told).toEqual([
    ['12:10', 1, 'started'],
    ['12:20', 4, 'missed'],
    ['13:00', 1, 'started'],
  ])
  expect(makers(engine)).toHaveLength(2)
  expect(schedules.list()[0]?.missed).toBe(4)
})

test('a start that is asked for twice under one id is one run', async () => {
  await using engine = await openEngine()
  const file = await engine.pipeline({ steps: { a: sh('exit 0') } })
  const origin = { id: '01kc2m3n4p5q6r7s8t9v0wxyza', createdBy: 'schedule:x' }
  const both = await Promise.all([
    engine.service.start({ file }, {}, origin),
    engine.service.start({ file }, {}, origin),
  ])
  await engine.end(origin.id)
  const again = await engine.service.start({ file: '/nowhere' }, {}, origin)
  expect([...both, again].map(({ id }) => id)).toEqual([origin.id, origin.id, origin.id])
  expect(makers(engine)).toEqual([[origin.id, 'schedule:x']])
  expect(engine.events(origin.id).filter(({ kind }) => kind === 'attempt.started')).toHaveLength(1)
})

test('a start that was given up leaves no run', async () => {
  await using engine = await openEngine()
  const file = await engine.pipeline({ steps: { a: sh('exit 0') } })
  const giveUp = new AbortController()
  const started = engine.service.start({ file }, { signal: giveUp.signal })
  giveUp.abort()
  await expect(started).rejects.toThrow()
  expect(makers(engine)).toEqual([])
})
