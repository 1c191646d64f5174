import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ScheduleDraft } from '#core/contract/schedules.ts'
import { openStore } from '#core/store/index.ts'
import { createFakeClock } from './fake-clock.ts'
import { createFakeClusters, leave } from './fake-clusters.ts'
import { createFakeRuns } from './fake-runs.ts'
import { openSchedules } from './service.ts'

const [MINUTE, HOUR] = [60_000, 3_600_000]
const START = Date.parse('2026-11-01T12:00:00.000Z')
const PIPELINE = `apiVersion: mini-submarine/v1
kind: Pipeline
metadata: {name: wine}
spec:
  steps: {a: {command: ["true"]}}
`

let home = ''
let clock = createFakeClock(START)
let world = createFakeRuns(() => clock.now())
let lab = createFakeClusters(world)
let errors: unknown[] = []
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-in-cluster-'))
  writeFileSync(join(home, 'p.yaml'), PIPELINE)
  clock = createFakeClock(START)
  world = createFakeRuns(() => clock.now())
  lab = createFakeClusters(world)
  errors = []
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
  expect(errors).toEqual([])
})

function open() {
  const store = openStore(home)
  const onError = (error: unknown) => void errors.push(error)
  const schedules = openSchedules({ store, runs: world, clusters: lab, clock, onError })
  return {
    ...schedules,
    add: (draft: Partial<ScheduleDraft> = {}) =>
      schedules.create({ file: join(home, 'p.yaml'), cron: '@hourly', timeZone: 'UTC', target: 'lab', ...draft }),
    /** Oldest first: when, how many, what, and the run or why. */
    told: () =>
      schedules
        .show('wine')
        .occurrences.toReversed()
        .map(({ dueAt, count, outcome, run, reason }) => [dueAt.slice(11, 16), count, outcome, run ?? reason]),
    state: async () => (await schedules.inCluster('wine')).cluster,
    [Symbol.dispose]() {
      schedules[Symbol.dispose]()
      store[Symbol.dispose]()
    },
  }
}

describe('a schedule of a cluster', () => {
  test('is there as it is here, and nothing is started from here', async () => {
    using schedules = open()
    const { id, cluster, next } = await schedules.add({ overlap: 'replace', startingDeadlineSeconds: 60 })
    expect(cluster).toMatchObject({ name: `minisub-${id}`, namespace: 'ml', pending: null, trouble: null })
    expect(next[0]).toBe('2026-11-01T13:00:00.000Z')
    const { cron, timeZone, overlap, startingDeadlineSeconds, paused } = lab.there.get(id) ?? {}
    expect([cron, timeZone, overlap, startingDeadlineSeconds, paused]).toEqual(['@hourly', 'UTC', 'replace', 60, false])
    await clock.advance(3 * HOUR)
    expect([schedules.told(), world.all.size]).toEqual([[], 0])
  })

  test('needs no core, though it is active; one that its cluster does not know of yet does', async () => {
    using schedules = open()
    await schedules.add()
    expect([schedules.activeCount(), schedules.neededCount()]).toEqual([1, 0])
    leave(lab)
    schedules.pause('wine')
    await schedules.state()
    expect([schedules.activeCount(), schedules.neededCount()]).toEqual([0, 1])
  })

  test('is paused, resumed and deleted there too', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    schedules.pause('wine')
    await schedules.state()
    expect(lab.there.get(id)?.paused).toBe(true)
    schedules.resume('wine')
    await schedules.state()
    expect(lab.there.get(id)?.paused).toBe(false)
    schedules.delete('wine')
    await expect.poll(() => lab.there.size).toBe(0)
  })

  test('is refused where the cluster would not have it, and then nothing is written', async () => {
    using schedules = open()
    lab.document = 'broken'
    await expect(schedules.add()).rejects.toMatchObject({ code: 'document_invalid' })
    expect(schedules.list()).toEqual([])
  })
})

describe('while the cluster is away', () => {
  test('a new schedule is kept with the reason, and is there when the cluster is back', async () => {
    using schedules = open()
    leave(lab)
    const { id, cluster } = await schedules.add()
    expect(cluster).toMatchObject({ namespace: null, pending: lab.away })
    lab.away = null
    await clock.advance(MINUTE)
    expect(await schedules.state()).toMatchObject({ namespace: 'ml', pending: null })
    expect(lab.there.has(id)).toBe(true)
  })

  test('a pause is kept, also by the next core, and done at once when the connection is back', async () => {
    let id = ''
    {
      using schedules = open()
      ;({ id } = await schedules.add())
      leave(lab)
      schedules.pause('wine')
      expect(await schedules.state()).toMatchObject({ pending: lab.away })
    }
    using schedules = open()
    await schedules.state()
    expect(lab.there.get(id)?.paused).toBe(false)
    lab.comeBack()
    expect(await schedules.state()).toMatchObject({ pending: null })
    expect(lab.there.get(id)?.paused).toBe(true)
  })

  test('a deleted schedule is taken out of it by whichever core meets it again', async () => {
    {
      using schedules = open()
      await schedules.add()
      leave(lab)
      schedules.delete('wine')
      expect(schedules.list()).toEqual([])
    }
    expect(lab.there.size).toBe(1)
    lab.away = null
    using schedules = open()
    await expect.poll(() => lab.there.size).toBe(0)
    expect(schedules.neededCount()).toBe(0)
  })
})

test('a cluster that begins nothing at its time is told of, until it does; one whose run goes on is not', async () => {
  using schedules = open()
  const { id } = await schedules.add()
  await clock.advance(HOUR)
  expect(await schedules.state()).toMatchObject({ trouble: null })
  await clock.advance(10 * MINUTE)
  const { trouble } = (await schedules.state()) ?? {}
  expect(trouble).toMatch(/^Argo began nothing at 2026-11-01T13:00:00.000Z: .* the time zone UTC$/)
  lab.startedFor = START + HOUR
  await clock.advance(10 * MINUTE)
  expect(await schedules.state()).toMatchObject({ trouble: null })
  lab.running.add(id)
  await clock.advance(2 * HOUR)
  expect(await schedules.state()).toMatchObject({ trouble: null })
})

test('what a deleted schedule has begun keeps its secrets until it is over', async () => {
  using schedules = open()
  const { id } = await schedules.add()
  lab.running.add(id)
  schedules.delete('wine')
  await expect.poll(() => lab.there.size).toBe(0)
  expect(schedules.neededCount()).toBe(1)
  lab.running.clear()
  await clock.advance(MINUTE)
  expect(schedules.neededCount()).toBe(0)
})

describe('a document that has changed', () => {
  test('is given to the cluster when the core looks again', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    const before = lab.there.get(id)?.version
    await clock.advance(10 * MINUTE)
    expect(lab.there.get(id)?.version).toBe(before)
    lab.document = 'two'
    await clock.advance(10 * MINUTE)
    expect(lab.there.get(id)?.version).not.toBe(before)
  })

  test('and is broken leaves the cluster with what it has, and is told', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    lab.document = 'broken'
    await clock.advance(10 * MINUTE)
    expect(await schedules.state()).toMatchObject({ pending: expect.stringContaining('it is broken: mend it') })
    expect(lab.there.get(id)?.pushed.fingerprint).toBe('one')
    await expect(schedules.sync('wine')).rejects.toMatchObject({ code: 'document_invalid' })
  })

  test('does not change what others have paused in the cluster', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    const one = lab.there.get(id)
    if (one !== undefined) lab.there.set(id, { ...one, paused: true })
    lab.document = 'two'
    await clock.advance(10 * MINUTE)
    expect(lab.there.get(id)).toMatchObject({ paused: true, pushed: { fingerprint: 'two' } })
    expect(await schedules.state()).toMatchObject({ trouble: 'somebody has suspended it' })
    schedules.resume('wine')
    expect(await schedules.state()).toMatchObject({ trouble: null })
    expect(lab.there.get(id)?.paused).toBe(false)
  })
})

describe('what the cluster has begun', () => {
  const at = (hours: number): number => START + hours * HOUR

  test('is a run here, made of what the schedule was frozen as then, and one only', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    const { version } = lab.there.get(id) ?? {}
    lab.document = 'two'
    await schedules.sync('wine')
    lab.begin(id, { dueAt: at(1), version: version ?? '' })
    lab.begin(id, { dueAt: at(2) })
    lab.begin(id, { dueAt: at(2), finishedAt: at(2) + MINUTE })
    expect([...world.all.values()].map(({ createdBy, parameters }) => ({ createdBy, ...parameters }))).toEqual([
      { createdBy: 'schedule:wine', fingerprint: 'one', name: `minisub-${id}-${at(1) / 1000}` },
      { createdBy: 'schedule:wine', fingerprint: 'two', name: `minisub-${id}-${at(2) / 1000}` },
    ])
    const [first, second] = [...world.all.keys()]
    expect(schedules.told()).toEqual([
      ['13:00', 1, 'started', first],
      ['14:00', 1, 'started', second],
    ])
    expect(schedules.show('wine')).toMatchObject({ missed: 0, last: { run: second } })
  })

  test('is taken up once where a core died in the middle of it', async () => {
    const begun = () => lab.begin(id, { dueAt: at(1) })
    let id = ''
    {
      using schedules = open()
      ;({ id } = await schedules.add())
      begun()
    }
    world.all.clear()
    using schedules = open()
    begun()
    expect([world.all.size, schedules.told().length]).toEqual([1, 1])
  })

  test('leaves the times between as missed, or as skipped where its run went on', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    lab.begin(id, { dueAt: at(2) })
    lab.begin(id, { dueAt: at(2), finishedAt: at(4.5) })
    lab.begin(id, { dueAt: at(8) })
    const [first, second] = [...world.all.keys()]
    const gone = expect.stringContaining('the cluster has no Workflow of it')
    expect(schedules.told()).toEqual([
      ['13:00', 1, 'missed', gone],
      ['14:00', 1, 'started', first],
      ['15:00', 2, 'skipped', `run ${first} was still going on`],
      ['17:00', 3, 'missed', gone],
      ['20:00', 1, 'started', second],
    ])
    expect(schedules.show('wine').missed).toBe(4)
  })

  test('may be a time that was thought to be missed', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    lab.begin(id, { dueAt: at(2) })
    lab.begin(id, { dueAt: at(1) })
    expect(schedules.told().map(([time, , outcome]) => [time, outcome])).toEqual([
      ['13:00', 'started'],
      ['14:00', 'started'],
    ])
  })

  test('is nothing to a data folder that never gave it to the cluster', async () => {
    using schedules = open()
    const { id } = await schedules.add()
    lab.begin(id, { dueAt: at(1), version: 'unknown' })
    lab.begin('another', { dueAt: at(1) })
    expect([world.all.size, schedules.told()]).toEqual([0, []])
  })

  test('long ago becomes runs a few at a time', async () => {
    using schedules = open()
    const { id } = await schedules.add({ cron: '* * * * *' })
    for (let i = 1; i <= 10; i += 1) lab.begin(id, { dueAt: START + i * MINUTE, finishedAt: START + i * MINUTE + 1 })
    expect(schedules.told()).toHaveLength(10)
    expect(world.all.size).toBe(4)
    for (let ended = 0; ended < 10; ended += 1) {
      const run = [...world.all].find(([, { status }]) => status === 'running')?.[0]
      world.end(run ?? '')
      await expect.poll(() => world.all.size).toBe(Math.min(10, 5 + ended))
    }
  })
})
