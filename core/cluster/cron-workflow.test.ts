import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClusterSchedule } from '#core/pipelines/index.ts'
import {
  cronWorkflowName,
  cronWorkflowOf,
  mergePatch,
  progressOf,
  scheduledWorkflow,
  troubleOf,
} from './cron-workflow.ts'
import { readWorkflow } from './workflow-view.ts'

const SCHEDULE: ClusterSchedule = {
  id: '01kc2m3n4p5q6r7s8t9v0wxyzb',
  name: 'wine-nightly',
  cron: '30 6 * * MON-FRI',
  timeZone: 'Europe/Berlin',
  overlap: 'forbid',
  startingDeadlineSeconds: 600,
  paused: false,
  version: '01kc2m3n4p5q6r7s8t9v0wxyzc',
  pushed: {} as ClusterSchedule['pushed'],
  snapshot: undefined,
}
const OBJECT = {
  metadata: { name: 'wine-0123456789', labels: { 'mini-submarine/pipeline': 'wine' }, annotations: { digest: 'd' } },
  spec: { entrypoint: 'root', templates: [] },
}

function made(change: Partial<ClusterSchedule> = {}, version = '3.x') {
  return cronWorkflowOf({ ...SCHEDULE, ...change }, OBJECT, { home: 'abcd', limits: { version } })
}

test('a schedule becomes a CronWorkflow of its own name that carries what it starts', () => {
  expect(made()).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: {
      name: 'minisub-01kc2m3n4p5q6r7s8t9v0wxyzb',
      labels: {
        'app.kubernetes.io/managed-by': 'mini-submarine',
        'mini-submarine/home': 'abcd',
        'mini-submarine/schedule': SCHEDULE.id,
        'mini-submarine/schedule-version': SCHEDULE.version,
      },
      annotations: { 'mini-submarine/schedule-name': 'wine-nightly', digest: 'd' },
    },
    spec: {
      schedule: '30 6 * * MON-FRI',
      timezone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 600,
      suspend: false,
      successfulJobsHistoryLimit: 1000,
      failedJobsHistoryLimit: 1000,
      workflowMetadata: { labels: OBJECT.metadata.labels, annotations: OBJECT.metadata.annotations },
      workflowSpec: OBJECT.spec,
    },
  })
  // Argo adds a time in seconds to the name, and takes 52 characters of ours.
  expect(cronWorkflowName(SCHEDULE.id).length).toBeLessThanOrEqual(52)
})

test.each([
  ['allow', 'Allow'],
  ['forbid', 'Forbid'],
  ['replace', 'Replace'],
] as const)('overlap %s is %s', (overlap, concurrencyPolicy) => {
  expect(made({ overlap }).spec).toMatchObject({ concurrencyPolicy })
})

test('paused is suspend, and no deadline is the shortest that every Argo takes for one', () => {
  expect(made({ paused: true, startingDeadlineSeconds: 0 }).spec).toMatchObject({
    suspend: true,
    startingDeadlineSeconds: 1,
  })
})

test('Argo 4 is given a list of times, which 3.5 does not know', () => {
  const { spec } = made({}, '4.x')
  expect([spec['schedules'], spec['schedule']]).toEqual([['30 6 * * MON-FRI'], undefined])
})

describe('a Workflow of a schedule', () => {
  const metadata = {
    name: 'minisub-x-1795670760',
    uid: 'u',
    creationTimestamp: '2026-11-26T05:26:03Z',
    labels: { 'mini-submarine/schedule': 'x', 'mini-submarine/schedule-version': 'v' },
    annotations: { 'workflows.argoproj.io/scheduled-time': '2026-11-26T06:26:00+01:00' },
  }
  const seen = (object: object) => ({ metadata, view: readWorkflow({ metadata, ...object }) })

  test('says when it was due, when it was made, and when it ended', () => {
    const finishedAt = '2026-11-26T05:26:33Z'
    expect(scheduledWorkflow(seen({ status: { phase: 'Succeeded', finishedAt } }))).toEqual({
      schedule: 'x',
      version: 'v',
      name: 'minisub-x-1795670760',
      uid: 'u',
      dueAt: Date.parse('2026-11-26T05:26:00Z'),
      createdAt: Date.parse('2026-11-26T05:26:03Z'),
      finishedAt: Date.parse(finishedAt),
    })
  })

  test('is told from one that a run was sent as', () => {
    const labels = { 'mini-submarine/run': 'x' }
    expect(scheduledWorkflow({ ...seen({}), metadata: { ...metadata, labels } })).toBeUndefined()
  })
})

test('Argo says by a CronWorkflow what it has begun', () => {
  const metadata = { name: 'a' }
  expect(progressOf({ metadata })).toEqual({ startedFor: null, isGoingOn: false })
  const status = { lastScheduledTime: '2026-11-26T05:26:00Z', active: [{ name: 'a-1795670760' }] }
  expect(progressOf({ metadata, status })).toEqual({ startedFor: 1_795_670_760_000, isGoingOn: true })
})

test("what Argo finds wrong is told in Argo's words", () => {
  const metadata = { name: 'a' }
  const conditions = [{ type: 'SpecError', status: 'True', message: 'no such zone' }]
  expect(troubleOf({ metadata, status: { conditions } })).toBe('SpecError: no such zone')
  expect(troubleOf({ metadata })).toBeNull()
})

/** As the API server does it (RFC 7386). */
function applied(from: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base = typeof from === 'object' && from !== null && !Array.isArray(from) ? from : {}
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = applied(result[key], value)
  }
  return result
}

test('a merge patch makes any tree into any other, whatever is no longer in it', () => {
  const { tree } = fc.letrec<{ tree: Record<string, unknown>; node: unknown }>((tie) => ({
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('node')),
    node: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.array(fc.integer(), { maxLength: 2 }), tie('tree')),
  }))
  fc.assert(
    fc.property(tree, tree, (from, to) => {
      expect(applied(from, mergePatch(from, to))).toEqual(to)
    }),
  )
})
