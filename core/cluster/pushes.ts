import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterPushes, PushedEntry, PushedThere } from '#core/pipelines/index.ts'
import { PIPELINE_LABEL } from './compile-labels.ts'
import { findObject } from './find-object.ts'
import { pushRecordKey } from './keys.ts'
import { changeHistory, readHistory, type PushSite } from './push-config-map.ts'
import { currentOf, entriesOf, withUndo, type PushHistory } from './push-history.ts'
import { removePush } from './push-remove-all.ts'
import { readRecord } from './push-store.ts'
import { listTemplates } from './push-there.ts'
import { putPush, type PushOptions } from './push.ts'
import { WORKFLOW_TEMPLATES } from './resources.ts'

/** What was pushed to the cluster and the bucket of a profile. */
export function openPushes(options: PushOptions): ClusterPushes {
  const { connection, storeId } = options
  const site: PushSite = { cluster: connection.cluster, store: connection.store, storeId }
  return {
    put: (run, pusher, wish) => putPush(run, pusher, { ...options, ...wish, site }),
    list: (signal) => list(site, signal),
    current: (pipeline, signal) => currentOfPipeline(site, pipeline, signal),
    record: ({ pipeline, template }) => readRecord(site.store, pushRecordKey(pipeline, template)),
    undo: (pipeline, wish) => undo(site, pipeline, wish),
    remove: (pipeline, wish) => removePush(site, pipeline, { ...options, ...wish }),
  }
}

async function list(site: PushSite, signal: AbortSignal | undefined): Promise<PushedThere> {
  const templates = await listTemplates(site, undefined, signal)
  const there = new Set(templates.map(({ metadata }) => metadata.name))
  const pipelines = new Set(templates.flatMap(({ metadata }) => metadata.labels?.[PIPELINE_LABEL] ?? []))
  const versions: PushedEntry[] = []
  const faults: { pipeline: string; problem: Problem }[] = []
  for (const pipeline of [...pipelines].toSorted()) {
    try {
      const found = await readHistory(site, pipeline, signal)
      const entries = found === undefined ? [] : entriesOf(pipeline, found.history)
      versions.push(...entries.map((it) => (there.has(it.template) ? it : { ...it, isMissing: true as const })))
    } catch (error) {
      // What somebody has changed is told of its pipeline alone.
      if (!isProblem(error) || error.code !== 'conflict') throw error
      faults.push({ pipeline, problem: error })
    }
  }
  return { versions, faults }
}

async function currentOfPipeline(
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
  { from, signal }: Parameters<ClusterPushes['undo']>[1],
): ReturnType<ClusterPushes['undo']> {
  const templates = await listTemplates(site, pipeline, signal)
  const there = new Set(templates.map(({ metadata }) => metadata.name))
  let undone: PushedEntry | undefined
  const change = (history: PushHistory | undefined): PushHistory => {
    const current = history === undefined ? undefined : currentOf(history)
    if (history === undefined || current === undefined) throw nothing(site, pipeline)
    if (from !== undefined && from !== current.template) throw another(pipeline, current.template, from)
    const next = withUndo(history, there)
    if (next === undefined) throw history.current === 0 ? oldest(pipeline) : lost(site, pipeline)
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

function nothing({ cluster }: PushSite, pipeline: string): Problem {
  const fix = 'see what was pushed with `minisub pushed --target NAME`'
  return new Problem('not_found', `nothing of ${pipeline} was pushed to the namespace ${cluster.namespace}: ${fix}`)
}

function another(pipeline: string, current: string, from: string): Problem {
  const fix = 'look at what is there with `minisub pushed`, and undo again'
  return new Problem('conflict', `the current version of ${pipeline} is ${current}, no longer ${from}: ${fix}`)
}

function oldest(pipeline: string): Problem {
  const fix = `push it again, or take it away with \`minisub push ${pipeline} --remove\``
  return new Problem('conflict', `there is no version of ${pipeline} before the current one to go back to: ${fix}`)
}

function lost({ cluster }: PushSite, pipeline: string): Problem {
  const message = `no version before has a WorkflowTemplate in the namespace ${cluster.namespace} any more: push ${pipeline} as it is to be`
  return new Problem('conflict', message)
}
