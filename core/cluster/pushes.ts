import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '#core/base/problem.ts'
import type { ClusterPushes, PushedEntry } from '#core/pipelines/index.ts'
import { PIPELINE_LABEL } from './compile-labels.ts'
import { findObject } from './find-object.ts'
import { pushMarks, pushRecordKey } from './keys.ts'
import { changeHistory, pushConfigMap, readHistory, type PushSite } from './push-config-map.ts'
import { entriesOf, withUndo, type PushHistory } from './push-history.ts'
import { removeVersions } from './push-remove.ts'
import { readRecord, recordsOf } from './push-store.ts'
import { listTemplates, usersOf } from './push-there.ts'
import { namespaceMark, putPush, type PushOptions } from './push.ts'
import { CONFIG_MAPS, CRON_WORKFLOWS, WORKFLOW_TEMPLATES } from './resources.ts'

/** How long a removal waits for CronWorkflows that are being deleted. */
const LEAVING_MS = 30_000
const LOOK_MS = 250

/** What was pushed to the cluster and the bucket of a profile. */
export function openPushes(options: PushOptions): ClusterPushes {
  const { connection, storeId } = options
  const site: PushSite = { cluster: connection.cluster, store: connection.store, storeId }
  return {
    put: (run, pusher, progress) => putPush(run, pusher, { ...options, ...progress, site }),
    list: (signal) => list(site, signal),
    current: (pipeline, signal) => current(site, pipeline, signal),
    record: ({ pipeline, template }) => readRecord(site.store, pushRecordKey(pipeline, template)),
    undo: (pipeline, signal) => undo(site, pipeline, signal),
    remove: (pipeline, wish) => remove(site, pipeline, { ...options, ...wish }),
  }
}

async function list(site: PushSite, signal: AbortSignal | undefined): Promise<PushedEntry[]> {
  const templates = await listTemplates(site, undefined, signal)
  const there = new Set(templates.map(({ metadata }) => metadata.name))
  const pipelines = new Set(templates.flatMap(({ metadata }) => metadata.labels?.[PIPELINE_LABEL] ?? []))
  const versions: PushedEntry[] = []
  for (const pipeline of [...pipelines].toSorted()) {
    const found = await readHistory(site, pipeline, signal)
    const entries = found === undefined ? [] : entriesOf(pipeline, found.history)
    versions.push(...entries.filter(({ template }) => there.has(template)))
  }
  return versions
}

async function current(
  site: PushSite,
  pipeline: string,
  signal: AbortSignal | undefined,
): ReturnType<ClusterPushes['current']> {
  const found = await readHistory(site, pipeline, signal)
  if (found === undefined) return null
  const version = currentIn(pipeline, found.history)
  const [there, record] = await Promise.all([
    findObject(site.cluster, WORKFLOW_TEMPLATES, { name: version.template, signal }),
    readRecord(site.store, pushRecordKey(pipeline, version.template)),
  ])
  return there === undefined ? null : { version, record }
}

async function undo(
  site: PushSite,
  pipeline: string,
  signal: AbortSignal | undefined,
): ReturnType<ClusterPushes['undo']> {
  const templates = await listTemplates(site, pipeline, signal)
  const there = new Set(templates.map(({ metadata }) => metadata.name))
  let undone: PushedEntry | undefined
  const change = (history: PushHistory | undefined): PushHistory => {
    if (history === undefined) throw nothing(site, pipeline)
    const next = withUndo(history)
    if (next === undefined) throw oldest(pipeline)
    const version = currentIn(pipeline, next)
    if (!there.has(version.template)) throw lost(site, version)
    undone = { ...currentIn(pipeline, history), isCurrent: false }
    return next
  }
  const { history } = await changeHistory(site, pipeline, { change, signal })
  if (undone === undefined) throw new Error('an undo that changed nothing')
  return { version: currentIn(pipeline, history), undone }
}

function currentIn(pipeline: string, history: PushHistory): PushedEntry {
  const entry = entriesOf(pipeline, history).find(({ isCurrent }) => isCurrent)
  if (entry === undefined) throw new Error('a history without its current entry')
  return entry
}

type Removing = PushOptions & Parameters<ClusterPushes['remove']>[1]

async function remove(
  site: PushSite,
  pipeline: string,
  { profile, leaving, onLine, signal }: Removing,
): ReturnType<ClusterPushes['remove']> {
  await readHistory(site, pipeline, signal)
  await untilGone(site, leaving, signal)
  const templates = await listTemplates(site, pipeline, signal)
  const names = templates.map(({ metadata }) => metadata.name)
  const users = await usersOf(site, new Set(names), signal)
  if (users.size > 0) throw inUse(pipeline, users)
  const records = await recordsOf(site.store, pipeline)
  if (names.length + records.length > 0) onLine?.(`removing ${pipeline}`)
  const place = await namespaceMark(site, profile, signal)
  const { objects, kept } = await removeVersions(site, { pipeline, place, templates, records, stay: [], signal })
  await site.store.remove([`${pushMarks(pipeline)}${place}`])
  await site.cluster.delete(CONFIG_MAPS, pushConfigMap(pipeline, site), { signal })
  const images = [...new Set(records.flatMap(({ record }) => Object.values(record.images)))]
  return { pipeline, templates: names, objects, kept, images }
}

/** Waits for CronWorkflows to be deleted. One that is still there after a while keeps what it needs. */
async function untilGone(site: PushSite, names: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const leaving = new Set(names)
  for (
    const end = Date.now() + LEAVING_MS;
    leaving.size > 0 && Date.now() < end;
    await sleep(LOOK_MS, undefined, { signal })
  ) {
    const there = await site.cluster.list(CRON_WORKFLOWS, { signal })
    if (!there.some(({ metadata }) => leaving.has(metadata.name))) return
  }
}

function nothing({ cluster }: PushSite, pipeline: string): Problem {
  const fix = 'see what was pushed with `minisub pushed --target NAME`'
  return new Problem('not_found', `nothing of ${pipeline} was pushed to the namespace ${cluster.namespace}: ${fix}`)
}

function oldest(pipeline: string): Problem {
  const fix = `push it again, or take it away with \`minisub push ${pipeline} --remove\``
  return new Problem('conflict', `there is no version of ${pipeline} before the current one to go back to: ${fix}`)
}

function lost({ cluster }: PushSite, { pipeline, template }: PushedEntry): Problem {
  const message = `the version before has no WorkflowTemplate ${template} in the namespace ${cluster.namespace} any more: push ${pipeline} as it is to be`
  return new Problem('conflict', message)
}

function inUse(pipeline: string, users: ReadonlyMap<string, string>): Problem {
  const words = [...new Set(users.values())].join(', ')
  const fix = 'delete or stop it with kubectl first'
  return new Problem('conflict', `versions of ${pipeline} are in use in the cluster (${words}): ${fix}`)
}
