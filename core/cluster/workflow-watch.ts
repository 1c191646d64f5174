import type { Cluster, KubeObject, WatchEvent } from '#core/runtimes/cluster.ts'
import { HOME_LABEL, WORKFLOWS } from './resources.ts'
import { readSummary, readWorkflow, type WorkflowView } from './workflow-view.ts'

/** What one run hears of its Workflow. */
export type WorkflowListener = {
  put(view: WorkflowView): void
  /** The cluster has none of this name, or it was not followed when it came. Told after each full list too. */
  gone(): void
  /** Why nothing is heard; null when it is heard again. */
  connection(reason: string | null): void
}

/** A Workflow, and what it is. */
export type SeenWorkflow = {
  readonly metadata: KubeObject['metadata']
  /** Without attempts where nobody follows it: a namespace may hold hundreds of large ones. */
  readonly view: WorkflowView
}

/** What somebody hears who asks for all Workflows. */
export type AllListener = Pick<WorkflowListener, 'connection'> & { put(seen: SeenWorkflow): void }

/** The Workflows of one data folder in one namespace, by one connection that is there while somebody listens. */
export type WorkflowWatch = {
  /** Calls back until the returned function is called. What is known is told at once. */
  follow(run: string, listener: WorkflowListener): () => void
  /** The same for every Workflow there is, in the order of their names at first. */
  followAll(listener: AllListener): () => void
}

type Held = SeenWorkflow & { readonly isWhole: boolean }

type Known = {
  readonly cluster: Cluster
  readonly home: string
  readonly listeners: Map<string, WorkflowListener>
  readonly all: Set<AllListener>
  readonly objects: Map<string, Held>
  isSynced: boolean
  lost: string | null
  end: (() => void) | undefined
}

export function openWorkflowWatch(cluster: Cluster, home: string): WorkflowWatch {
  const of = { cluster, home, listeners: new Map(), all: new Set<AllListener>(), objects: new Map() }
  const known: Known = { ...of, isSynced: false, lost: null, end: undefined }
  return {
    follow(run, listener) {
      known.listeners.set(run, listener)
      begin(known)
      tellAll(known, run, listener)
      return () => {
        if (known.listeners.get(run) === listener) forget(known, run)
        endIfUnused(known)
      }
    },
    followAll(listener) {
      known.all.add(listener)
      begin(known)
      if (known.lost !== null) listener.connection(known.lost)
      for (const seen of known.objects.values()) listener.put(seen)
      return () => {
        known.all.delete(listener)
        endIfUnused(known)
      }
    },
  }
}

function begin(known: Known): void {
  const labelSelector = `${HOME_LABEL}=${known.home}`
  known.end ??= known.cluster.watch(WORKFLOWS, { labelSelector }, (event) => hear(known, event))
}

function forget({ listeners, objects }: Known, run: string): void {
  listeners.delete(run)
  const seen = objects.get(run)
  if (seen !== undefined) objects.set(run, { ...seen, view: { ...seen.view, attempts: new Map() }, isWhole: false })
}

function endIfUnused(known: Known): void {
  if (known.listeners.size > 0 || known.all.size > 0) return
  known.end?.()
  Object.assign(known, { end: undefined, isSynced: false, lost: null })
  known.objects.clear()
}

function tellAll({ objects, isSynced, lost }: Known, run: string, listener: WorkflowListener): void {
  const seen = objects.get(run)
  if (lost !== null) listener.connection(lost)
  if (seen?.isWhole === true) listener.put(seen.view)
  else if (seen !== undefined || isSynced) listener.gone()
}

function hear(known: Known, event: WatchEvent): void {
  const { objects, listeners, all } = known
  switch (event.kind) {
    case 'put': {
      const { metadata } = event.object
      const isWhole = listeners.has(metadata.name)
      const seen = { metadata, view: isWhole ? readWorkflow(event.object) : readSummary(event.object), isWhole }
      objects.set(metadata.name, seen)
      listeners.get(metadata.name)?.put(seen.view)
      for (const listener of all) listener.put(seen)
      return
    }
    case 'gone':
      objects.delete(event.name)
      listeners.get(event.name)?.gone()
      return
    case 'synced':
      known.isSynced = true
      for (const name of objects.keys()) if (!event.names.has(name)) objects.delete(name)
      for (const [run, listener] of listeners) if (!objects.has(run)) listener.gone()
      return
    case 'lost':
      return tellConnection(known, event.reason)
    case 'connected':
      tellConnection(known, null)
  }
}

function tellConnection(known: Known, reason: string | null): void {
  known.lost = reason
  for (const listener of [...known.listeners.values(), ...known.all]) listener.connection(reason)
}
