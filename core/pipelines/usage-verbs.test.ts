import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { appendSample } from '#core/attempts/index.ts'
import { removeTree } from '#core/store/index.ts'
import type { AttemptTimes } from '#core/usage/index.ts'
import { applyEvent } from './apply-event.ts'
import { attemptFolders } from './attempt-folders.ts'
import { busiest, openUses } from './attempt-uses.ts'
import { bindPlan } from './bind.ts'
import { markDirty, type Dirty } from './open-batch.ts'
import { openPlans } from './plans.ts'
import { projectionOf } from './projection.ts'
import { initialState } from './run-state.ts'
import { insertRun, openTestStore } from './test-store.ts'
import { usageVerbs } from './usage-verbs.ts'
import { validateDocument } from './validate.ts'

const opened = openTestStore()
const folder = mkdtempSync(join(tmpdir(), 'minisub-usage-'))
const file = join(folder, 'p.yaml')
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await removeTree(folder)
})

const DOCUMENT = `apiVersion: mini-submarine/v1
kind: Pipeline
metadata: {name: p}
spec:
  steps:
    a: {command: [x], resources: {memory: 8Gi}} # one
    b: {command: [y], resources: {memory: 8Gi}} # two
`
const verbs = usageVerbs({ home: folder, store: opened.runs, now: () => 60_000, prices: () => null }, openPlans())

/** A run of the document in which each step had 300 MB of memory for a second. */
function ran({ isOver = true } = {}): string {
  const validation = validateDocument(readFileSync(file, 'utf8'))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const bound = bindPlan(validation.plan, {})
  const { id } = insertRun(opened.runs, bound, { file })
  const state = initialState(bound)
  const events: RunEvent[] = [{ kind: 'run.started' }, ...['a', 'b'].flatMap(eventsOf)]
  if (isOver) events.push({ kind: 'run.finished', status: 'succeeded', outputs: {} })
  for (const [index, event] of events.entries()) {
    const sequenced = { ...event, seq: index + 1, at: 1_000 + index }
    const dirty: Dirty = new Map()
    markDirty(dirty, state, sequenced)
    applyEvent(state, sequenced)
    const projection = projectionOf(state, [sequenced], dirty)
    opened.runs.write({ run: id, events: [sequenced], parts: [], cache: [], ...projection })
  }
  return id
}

function eventsOf(step: string): RunEvent[] {
  const of = { step, item: null, attempt: 1 }
  const end = { exitCode: 0, signal: null, code: null, reason: null, outputs: {}, retryAt: null }
  return [
    { kind: 'attempt.created', ...of, key: 'k', verdict: { hit: false, reason: '' }, defaults: [] },
    { kind: 'attempt.started', ...of, startedAt: 1_000, notEnforced: [] },
    {
      kind: 'attempt.finished',
      ...of,
      outcome: 'succeeded',
      finishedAt: 2_000,
      cpuSeconds: 1,
      peakMemoryBytes: 3e8,
      ...end,
    },
  ]
}

beforeEach(() => writeFileSync(file, DOCUMENT))

describe('better requests are written', () => {
  test('step after step of one run, and each only once', async () => {
    const id = ran()
    await verbs.applyUsage(id, ['a'])
    await verbs.applyUsage(id, ['b'])
    expect(readFileSync(file, 'utf8')).toBe(DOCUMENT.replaceAll('8Gi', '384Mi'))
    await expect(verbs.applyUsage(id, ['a'])).rejects.toMatchObject({ code: 'conflict' })
  })

  test('of two steps at once too, one after the other', async () => {
    const id = ran()
    await Promise.all([verbs.applyUsage(id, ['a']), verbs.applyUsage(id, ['b'])])
    expect(readFileSync(file, 'utf8')).toBe(DOCUMENT.replaceAll('8Gi', '384Mi'))
  })

  test.skipIf(process.platform === 'win32')('into a file that others of its group may write as before', async () => {
    chmodSync(file, 0o664)
    await verbs.applyUsage(ran(), undefined)
    expect(statSync(file).mode & 0o777).toBe(0o664)
  })

  test('where other resources than those of the step changed, not where its own did or anything else', async () => {
    const id = ran()
    writeFileSync(file, DOCUMENT.replace('[y], resources: {memory: 8Gi}', '[y]'))
    expect((await verbs.applyUsage(id, ['a'])).changed).toEqual([{ step: 'a', cpu: null, memory: '384Mi' }])
    for (const text of [DOCUMENT.replace('8Gi', '9Gi'), DOCUMENT.replace('[y]', '[z]')]) {
      writeFileSync(file, text)
      await expect(verbs.applyUsage(id, ['a'])).rejects.toMatchObject({ code: 'conflict' })
    }
  })

  test('not where the resources are empty by now, which no document may say', async () => {
    const id = ran()
    writeFileSync(file, DOCUMENT.replace('{memory: 8Gi}', ''))
    const wanted = { code: 'document_invalid', message: expect.stringContaining('a map is wanted here') as unknown }
    await expect(verbs.applyUsage(id, undefined)).rejects.toMatchObject(wanted)
  })

  test('not over what another program writes meanwhile', async () => {
    const id = ran()
    const theirs = DOCUMENT.replace('two', 'theirs')
    const write = (): void => {
      // The new text is on disk, beside the file that it is to replace.
      if (readdirSync(folder).some((name) => name.startsWith('p.yaml.'))) writeFileSync(file, theirs)
      else setImmediate(write)
    }
    setImmediate(write)
    await expect(verbs.applyUsage(id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(file, 'utf8')).toBe(theirs)
    expect(readdirSync(folder).filter((name) => name.startsWith('p.yaml'))).toEqual(['p.yaml'])
  })

  test('not into a file with bytes that are no UTF-8, which would become others', async () => {
    const id = ran()
    const bytes = Buffer.from(DOCUMENT.replace('one', 'gr\u00f6\u00dfer'), 'latin1')
    writeFileSync(file, bytes)
    await expect(verbs.applyUsage(id, undefined)).rejects.toMatchObject({ code: 'not_supported' })
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  test('not while the run goes on', async () => {
    const id = ran({ isOver: false })
    expect((await verbs.runUsage(id)).steps.map(({ proposal }) => proposal)).toEqual([null, null])
    await expect(verbs.applyUsage(id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(file, 'utf8')).toBe(DOCUMENT)
  })
})

test('samples of an attempt that is over are read once, events of a run that goes on are folded once', async () => {
  const id = ran({ isOver: false })
  const { control } = attemptFolders(folder, { run: id, step: 'a', item: null, attempt: 1, createdSeq: 2 })
  mkdirSync(control, { recursive: true })
  appendSample(control, { time: 1_500, cpuSeconds: 1, memoryBytes: 5e8 })
  const before = await verbs.runUsage(id)
  expect(before.steps[0]).toMatchObject({ memoryPeak: 5e8, cpuUsed: { p95: expect.closeTo(2, 1) as unknown } })
  appendSample(control, { time: 1_600, cpuSeconds: 1, memoryBytes: 9e8 })
  const both = await Promise.all([verbs.runUsage(id), verbs.runUsage(id)])
  expect(both).toEqual([before, before])
})

function attemptOf(createdSeq: number, finishedAt: number | null, cpuSeconds: number | null): AttemptTimes {
  const none = { step: 'a', item: null, attempt: 1, readyAt: 0, createdAt: 0, waits: [], collectedAt: null }
  return {
    ...none,
    createdSeq,
    startedAt: 0,
    finishedAt,
    cpuSeconds,
    outcome: null,
    reason: null,
    peakMemoryBytes: null,
  }
}

test('while the samples of many attempts are read, others have their turn', async () => {
  const attempts = Array.from({ length: 100 }, (_, at) => attemptOf(at, 1_000, 0.1))
  let turns = 0
  let isRead = false
  const others = (): void => {
    turns += 1
    if (!isRead) setImmediate(others)
  }
  setImmediate(others)
  await openUses(folder)('r', attempts)
  isRead = true
  expect(turns).toBeGreaterThanOrEqual(10)
})

test('of very many attempts the curves of those are read that go on or used most', () => {
  const idle = Array.from({ length: 999 }, (_, at) => attemptOf(at, 1_000, 0.1))
  const chosen = busiest([...idle, attemptOf(1_000, 1_000, 8), attemptOf(1_001, null, null)])
  expect([chosen.length, chosen[0]?.createdSeq, chosen[1]?.createdSeq]).toEqual([200, 1_001, 1_000])
})
