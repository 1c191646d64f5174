import { isDeepStrictEqual } from 'node:util'
import { parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'

/** The lists of a kubeconfig whose entries have names. */
export const SECTIONS = ['clusters', 'contexts', 'users'] as const
export type Section = (typeof SECTIONS)[number]

export type NamedEntry = { readonly name: string; readonly [key: string]: unknown }
/** One context with all that it needs. */
export type ContextEntries = Readonly<Record<Section, NamedEntry>>

const Entry = z.looseObject({ name: z.string() })
const Lists = z.looseObject({
  clusters: z.array(Entry).nullish(),
  contexts: z.array(Entry).nullish(),
  users: z.array(Entry).nullish(),
})
/** A kubeconfig as data. */
export type Kubeconfig = z.output<typeof Lists>

/** Nothing is an empty one. */
function readKubeconfigData(value: unknown, file: string): Kubeconfig {
  const read = Lists.safeParse(value ?? {})
  if (read.success) return read.data
  const path = read.error.issues[0]?.path.join('.') ?? ''
  const what = path === '' ? 'it is no mapping' : `${path} is not what it should be`
  throw new Problem('cluster_config', `${file} is no kubeconfig (${what}): put it right, or name another file`)
}

/** A kubeconfig as it is written, and what it says. Throws Problem `cluster_config` for a text that is none. */
export function readKubeconfig(text: string, file: string): { readonly document: Document; readonly data: Kubeconfig } {
  const document = parseDocument(text, { uniqueKeys: true })
  const [fault] = document.errors
  if (fault !== undefined) throw noYaml(fault, file)
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    // An alias of nothing, or aliases that would fill the memory.
    throw error instanceof ReferenceError ? noYaml(error, file) : error
  }
  return { document, data: readKubeconfigData(value, file) }
}

function noYaml({ message }: Error, file: string): Problem {
  const words = message.split('\n')[0] ?? ''
  return new Problem('cluster_config', `${file} is no kubeconfig (${words}): put it right, or name another file`)
}

/** The one context of a kubeconfig that kind has written. */
export function entriesOf(text: string, context: string): ContextEntries {
  const { clusters, contexts, users } = readKubeconfig(text, 'the kubeconfig of the cluster').data
  const named = (list: Kubeconfig[Section]): NamedEntry | undefined => list?.find(({ name }) => name === context)
  const [cluster, one, user] = [named(clusters), named(contexts), named(users)]
  if (cluster === undefined || one === undefined || user === undefined) {
    throw new Problem('cluster_config', `the kubeconfig of the cluster lacks ${context}: have it written anew`)
  }
  return { clusters: cluster, contexts: one, users: user }
}

/** What of a kubeconfig is the same entry by name; undefined where there is none. */
export function entryNamed(config: Kubeconfig, section: Section, name: string): NamedEntry | undefined {
  return config[section]?.find((it) => it.name === name)
}

/**
 * Refuses an entry of the same name that is of another cluster: one with another address, or one that nothing ties to the
 * address. Throws Problem `conflict`.
 */
export function refuseOthers(config: Kubeconfig, ours: ContextEntries, file: string): void {
  const cluster = entryNamed(config, 'clusters', ours.clusters.name)
  const isSameServer = cluster !== undefined && serverOf(cluster) === serverOf(ours.clusters)
  for (const section of SECTIONS) {
    const there = entryNamed(config, section, ours[section].name)
    if (there === undefined || isDeepStrictEqual(there, ours[section])) continue
    const isContextOfOther = section === 'contexts' && !isSameContext(there, ours.contexts)
    if (isSameServer && !isContextOfOther) continue
    const what = `${file} has ${there.name} in its ${section}, which is another one`
    throw new Problem('conflict', `${what}: rename or delete it there, or name another file`)
  }
}

const Server = z.looseObject({ cluster: z.looseObject({ server: z.string() }) })
const Context = z.looseObject({ context: z.looseObject({ cluster: z.string(), user: z.string() }) })

function serverOf(entry: NamedEntry): string | undefined {
  const read = Server.safeParse(entry)
  return read.success ? read.data.cluster.server : undefined
}

/** Whether two contexts are of the same cluster and user; the namespace is for people to choose. */
export function isSameContext(a: NamedEntry, b: NamedEntry): boolean {
  const [one, other] = [Context.safeParse(a), Context.safeParse(b)]
  if (!one.success || !other.success) return false
  const [x, y] = [one.data.context, other.data.context]
  return x.cluster === y.cluster && x.user === y.user
}

/** What a context names, such as `clusters work`. */
export function usedBy(entry: NamedEntry): readonly string[] {
  const read = Context.safeParse(entry)
  if (!read.success) return []
  const { cluster, user } = read.data.context
  return [`clusters ${cluster}`, `users ${user}`]
}
