import { createHash } from 'node:crypto'
import { canonicalJson } from '#core/base/json.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import {
  ClusterProfile,
  TAKEN_TARGET_NAMES,
  TARGET_NAME,
  type ClusterTargetView,
} from '#core/contract/cluster-targets.ts'
import type { Store } from '#core/store/index.ts'
import { targetStore, type StoredTarget, type TargetStore } from './target-store.ts'

export type TargetsOptions = {
  readonly store: Store
  /** What still needs a target, such as `the run 01kc2m3n…`; undefined where nothing does. */
  readonly inUse: (name: string) => string | undefined
  /** Now in epoch milliseconds. */
  readonly now?: () => number
}

/** The clusters that a user has named as places to run on. */
export type ClusterTargets = {
  /** In the order of their names. */
  list(): ClusterTargetView[]
  get(name: string): ClusterTargetView | undefined
  /** The same. Throws Problem `not_found`. */
  show(name: string): ClusterTargetView
  /** Throws Problem `invalid_name`, or `conflict` where the name is taken. */
  add(name: string, profile: ClusterProfile): ClusterTargetView
  /**
   * Puts another profile in the place of the one before. Throws Problem `not_found`, or `conflict` where something that
   * needs it would be lost: what is active keeps its cluster, namespace and bucket.
   */
  edit(name: string, profile: ClusterProfile): ClusterTargetView
  /** Throws Problem `not_found`, or `conflict` while something needs it. */
  remove(name: string): void
  /** Calls back after each change; the result ends that. */
  onChange(listener: () => void): () => void
}

/** Opens the cluster targets of a store. Connects to nothing. */
export function openTargets({ store, inUse, now = Date.now }: TargetsOptions): ClusterTargets {
  const rows = targetStore(store)
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    list: () => rows.all().map(viewOf),
    get: (name) => {
      const row = rows.get(name)
      return row === undefined ? undefined : viewOf(row)
    },
    show: (name) => viewOf(known(rows, name)),
    add: (name, profile) => {
      checkName(name)
      const at = now()
      if (!rows.insert({ name, profile: JSON.stringify(profile), createdAt: at, updatedAt: at })) throw taken(name)
      tell()
      return viewOf(known(rows, name))
    },
    edit: (name, profile) => {
      refuseLoss(viewOf(known(rows, name)).profile, profile, { name, user: inUse(name) })
      rows.update({ name, profile: JSON.stringify(profile), updatedAt: now() })
      tell()
      return viewOf(known(rows, name))
    },
    remove: (name) => {
      known(rows, name)
      const user = inUse(name)
      if (user !== undefined) throw needed(name, user)
      rows.delete(name)
      tell()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The Problem of removing what something needs, such as `the run 01kc2m3n…`. */
export function needed(name: string, user: string): Problem {
  return new Problem('conflict', `${user} needs the target ${name}: delete it after that is over or gone`)
}

function viewOf({ name, profile, createdAt, updatedAt }: StoredTarget): ClusterTargetView {
  // Through the schema, so that profiles of earlier versions get the defaults of what came later.
  const parsed = ClusterProfile.parse(JSON.parse(profile))
  return {
    name,
    profile: parsed,
    digest: profileDigest(parsed),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

/** The sha256 of the canonical JSON of a profile, in hex. */
function profileDigest(profile: ClusterProfile): string {
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(profile))))
    .digest('hex')
}

function known(rows: TargetStore, name: string): StoredTarget {
  const row = rows.get(name)
  if (row !== undefined) return row
  if (name === 'process' || name === 'docker') {
    throw new Problem('not_found', `the target ${name} is always there and has no profile: see \`minisub targets\``)
  }
  const hint = didYouMean(
    name,
    rows.all().map((it) => it.name),
  )
  throw new Problem('not_found', `there is no cluster target "${name}"${hint === '' ? ': add it first' : hint}`)
}

function checkName(name: string): void {
  if (TAKEN_TARGET_NAMES.has(name)) throw taken(name)
  if (TARGET_NAME.test(name)) return
  const rule = '2 to 40 lower-case letters, digits and -, with a letter first and no - at the end'
  throw new Problem('invalid_name', `"${name}" is no name of a target: use ${rule}`)
}

function taken(name: string): Problem {
  return new Problem('conflict', `the name ${name} is taken: choose another, or edit the target that has it`)
}

type User = { readonly name: string; readonly user: string | undefined }

/** What a run lives in must stay as long as it lives; how it is reached may change, since that may heal it. */
function refuseLoss(before: ClusterProfile, after: ClusterProfile, { name, user }: User): void {
  if (user === undefined) return
  const changed = (['namespace', 'bucket', 'prefix'] as const).filter((key) =>
    key === 'namespace' ? before[key] !== after[key] : before.artifacts[key] !== after.artifacts[key],
  )
  if (changed.length === 0) return
  const what = changed.join(' and ')
  throw new Problem('conflict', `${user} needs the ${what} of the target ${name}: change it when that is over or gone`)
}
