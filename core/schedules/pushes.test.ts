import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { openStore } from '#core/store/index.ts'
import { createFakeClock } from './fake-clock.ts'
import { createFakeRuns } from './fake-runs.ts'
import { openPushes, type PushesOptions } from './pushes.ts'
import { openSchedules } from './service.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-pushes-'))
  const document = 'apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: wine}\n'
  writeFileSync(join(home, 'p.yaml'), `${document}spec: {steps: {a: {command: ["true"]}}}\n`)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const version = {
  pipeline: 'wine',
  pipelineDigest: 'a'.repeat(64),
  template: 'wine-1',
  isCurrent: true,
  pushedBy: 'ada@laptop',
  pushedAt: '2026-11-27T12:00:00.000Z',
}

function open(remove: () => void = () => undefined) {
  const clock = createFakeClock('2026-11-01T12:00:00.000Z')
  const runs = createFakeRuns(() => clock.now())
  const store = openStore(home)
  const schedules = openSchedules({ store, runs, clock, onError: () => undefined })
  const asked: object[] = []
  const service: PushesOptions['service'] = {
    check: (request) => runs.check(request),
    push: (request) => {
      asked.push(request)
      return Promise.resolve({ version, changed: false, bytes: 0, imageBytes: 0, objects: [], images: [], changes: [] })
    },
    pushed: () =>
      Promise.resolve({
        versions: [version],
        faults: [{ pipeline: 'beer', problem: new Problem('conflict', 'spoilt') }],
      }),
    undoPush: () => Promise.resolve({ version, undone: version }),
    removePush: async ({ pipeline, letGo }) => {
      remove()
      letGo?.()
      return await Promise.resolve({ pipeline, templates: [], objects: 0, kept: 0, others: [], images: [] })
    },
  }
  const pushes = openPushes({ service, schedules })
  const request = { file: join(home, 'p.yaml'), target: 'process' }
  const push = (schedule: { cron: string; name?: string }) =>
    pushes.push({ ...request, schedule: { timeZone: 'UTC', ...schedule } }, 'ada', {})
  const close = (): void => {
    schedules[Symbol.dispose]()
    store[Symbol.dispose]()
  }
  return { pushes, push, schedules, asked, [Symbol.dispose]: close }
}

describe('the schedule of a push', () => {
  test('stays where it means the same, however it is written', async () => {
    using core = open()
    expect((await core.push({ cron: '0 6 * * 7' })).schedule).toEqual({ name: 'wine', changed: true })
    const [before] = core.schedules.list()
    expect((await core.push({ cron: ' 0  6 * *  7 ' })).schedule).toEqual({ name: 'wine', changed: false })
    expect(core.schedules.list().map(({ id }) => id)).toEqual([before?.id])
  })

  test('has its options still after its times were changed', async () => {
    using core = open()
    const draft = { file: join(home, 'p.yaml'), cron: '0 6 * * *', timeZone: 'UTC', target: 'process' }
    await core.schedules.create({ ...draft, overlap: 'allow', startingDeadlineSeconds: 7 })
    core.schedules.pause('wine')
    await core.push({ cron: '0 7 * * *' })
    const kept = { cron: '0 7 * * *', overlap: 'allow', startingDeadlineSeconds: 7, paused: true }
    expect(core.schedules.list()).toMatchObject([kept])
  })

  test.each([
    ['Bad_Name', 'invalid_name'],
    ['-x', 'invalid_name'],
  ])('is not called %s, and then nothing is pushed', async (name, code) => {
    using core = open()
    await expect(core.push({ cron: '@daily', name })).rejects.toMatchObject({ code })
    expect(core.asked).toEqual([])
  })
})

test('schedules stay where a removal is refused, and go with one that is not', async () => {
  let isRefused = true
  using core = open(() => {
    if (isRefused) throw new Problem('conflict', 'in use')
  })
  await core.push({ cron: '@daily' })
  const wish = { target: 'process', pipeline: 'wine', schedules: true, alone: false }
  await expect(core.pushes.remove({ ...wish, schedules: false }, {})).rejects.toMatchObject({ code: 'conflict' })
  await expect(core.pushes.remove(wish, {})).rejects.toThrow('in use')
  expect(core.schedules.list()).toHaveLength(1)
  isRefused = false
  expect(await core.pushes.remove(wish, {})).toMatchObject({ schedules: ['wine'] })
  expect(core.schedules.list()).toEqual([])
})

test('a pipeline of which the history is spoilt is told beside those that can be read', async () => {
  using core = open()
  expect(await core.pushes.list('lab')).toEqual({
    pushed: [{ ...version, schedules: [] }],
    faults: [{ pipeline: 'beer', message: 'spoilt' }],
  })
})
