import { isProblem } from '#core/base/problem.ts'
import type { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { programOnPath, systemCode } from '#core/files/index.ts'
import type { ClusterEngine, ClusterEngineFacts } from '#core/runtimes/cluster-engine.ts'
import type { ImageEngine } from '#core/runtimes/images.ts'
import type { ClusterStore } from '../cluster-store.ts'
import { findKind, kindRelease, PINNED, readUserConfig } from '../kind/index.ts'
import { parseUserConfig } from '../kind/user-config.ts'
import { secretOf } from '../names.ts'
import type { Ports } from '../types.ts'
import type { ConfigFact, EngineFact, Fact, PreflightFacts } from './facts.ts'
import { halvesOf } from './finding.ts'
import { readDisk, readInotify, readRoutes } from './machine.ts'
import { lookAtPorts } from './look-at-ports.ts'

/** What a preflight works with. */
export type PreflightDeps = {
  /** The data folder. */
  readonly home: string
  readonly engine: Pick<ClusterEngine, 'facts' | 'containers' | 'networks'>
  readonly images: Pick<ImageEngine, 'find'>
  /** Clusters, targets and secrets of the data folder; absent where nobody can tell. */
  readonly store?: Pick<ClusterStore, 'clusters'>
  readonly secrets?: { list(): Promise<{ readonly secrets: readonly { readonly name: string }[] }> }
  readonly targets?: { list(): readonly { readonly name: string }[] }
  /** The ports that were chosen for it; those of the form where absent. */
  readonly ports?: Ports
  /** The cluster that is being made, which is not in its own way. */
  readonly own?: string
  /** Image of nodes where the form names none. */
  readonly nodeImage?: string
  /** Where kind is downloaded from; its releases where absent. */
  readonly kindMirror?: string
  /** Those of this process where absent. */
  readonly variables?: Readonly<Record<string, string | undefined>>
}

/** Finds out what a cluster of this form depends on, all at once. Changes nothing. */
export async function gather(form: LocalClusterForm, deps: PreflightDeps): Promise<PreflightFacts> {
  const { home, variables = process.env } = deps
  const path = variables['PATH'] ?? ''
  const reference = form.nodeImage ?? deps.nodeImage ?? PINNED.nodeImage
  const [engine, config] = await Promise.all([engineFact(deps.engine), configFact(form.config)])
  const name = 'value' in engine && engine.value.isPodman ? 'podman' : 'docker'
  const content = config !== undefined && 'value' in config.content ? config.content.value : undefined
  const [ofEngine, homeDisk, ports, kind, names] = await Promise.all([
    engineFacts(engine, { deps, reference }),
    fact(() => readDisk(home)),
    lookAtPorts(deps.ports ?? { api: form.apiPort, registry: form.registryPort, store: form.storePort }, content),
    fact(() => findKind({ home, path })),
    namesFact(deps),
  ])
  const { image, ...rest } = ofEngine
  return {
    engine,
    homeDisk,
    ports,
    kind,
    names,
    variables,
    config,
    ...rest,
    command: { name, path: programOnPath(name, path) },
    nodeImage: { reference, image },
    kindRelease: kindRelease(deps.kindMirror ?? ''),
  }
}

type OfEngine = Pick<PreflightFacts, 'containers' | 'networks' | 'inotify' | 'engineDisk' | 'routes'> & {
  readonly image: PreflightFacts['nodeImage']['image']
}

async function engineFacts(
  engine: EngineFact,
  { deps, reference }: { readonly deps: PreflightDeps; readonly reference: string },
): Promise<OfEngine> {
  if ('problem' in engine) {
    const none = { unknown: 'the engine cannot be asked' }
    return { containers: none, networks: none, inotify: none, engineDisk: none, routes: none, image: none }
  }
  const [containers, networks, image, ...ofMachine] = await Promise.all([
    fact(() => deps.engine.containers([])),
    fact(() => deps.engine.networks()),
    fact(() => deps.images.find(reference)),
    here(engine.value, readInotify),
    here(engine.value, () => readDisk(engine.value.rootFolder)),
    here(engine.value, readRoutes),
  ])
  const [inotify, engineDisk, routes] = ofMachine
  return { containers, networks, image, inotify, engineDisk, routes }
}

/** What can be read only where the engine runs on this very system. */
async function here<Value>({ isLocal }: ClusterEngineFacts, read: () => Promise<Value>): Promise<Fact<Value>> {
  return isLocal ? fact(read) : { unknown: 'the engine runs in a system of its own' }
}

async function engineFact(engine: PreflightDeps['engine']): Promise<EngineFact> {
  try {
    return { value: await engine.facts() }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { problem: { code: error.code, message: error.message } }
  }
}

/** A Problem and an error of the system say why something is not known; anything else is a bug. */
async function fact<Value>(find: () => Promise<Value>): Promise<Fact<Value>> {
  try {
    return { value: await find() }
  } catch (error) {
    if (isProblem(error)) return { unknown: halvesOf(error.message).cause }
    if (systemCode(error) !== undefined && error instanceof Error) return { unknown: error.message }
    throw error
  }
}

async function namesFact({ store, targets, secrets, own }: PreflightDeps): Promise<PreflightFacts['names']> {
  if (store === undefined || targets === undefined || secrets === undefined) {
    return { unknown: 'no core runs that could tell' }
  }
  return fact(async () => {
    const [clusters, kept] = [store.clusters(), await secrets.list()]
    const ownSecrets = clusters.filter(({ ownsSecret }) => ownsSecret === true).map(({ name }) => secretOf(name))
    return {
      clusters: namesOf(clusters).filter((name) => name !== own),
      targets: namesOf(targets.list()).filter((name) => name !== own),
      secrets: namesOf(kept.secrets).filter((name) => !ownSecrets.includes(name)),
    }
  })
}

function namesOf(all: readonly { readonly name: string }[]): string[] {
  return all.map(({ name }) => name)
}

async function configFact(path: string | undefined): Promise<PreflightFacts['config']> {
  if (path === undefined) return undefined
  return { path, content: await readContent(path) }
}

async function readContent(path: string): Promise<ConfigFact> {
  try {
    return { value: parseUserConfig(await readUserConfig(path)) }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { fault: halvesOf(error.message).cause }
  }
}
