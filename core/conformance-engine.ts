import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Conformance, ConformanceEngine, ConformanceVerbs } from '#core/conformance/index.ts'
import { homeId } from '#core/cluster/index.ts'
import type { PipelineOptions } from '#core/pipelines/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Settings } from '#core/settings/index.ts'
import type { ClusterTargets } from '#core/targets/index.ts'
import { openEngine, type Engine } from './engine.ts'
import { lazily } from './lazy.ts'

/** Clusters of the user, on which private engines may play. */
export type UserClusters = {
  readonly clusterTargets: Pick<ClusterTargets, 'list'>
  readonly secrets: Pick<Secrets, 'read'>
}

type EngineOptions = {
  readonly clusters?: UserClusters
  /** Of the user: a private engine uses the same container engine. */
  readonly settings: Settings
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Options = EngineOptions & {
  readonly home: string
  /** Of Mini-Submarine. */
  readonly version: string
}

/** Opens private engines for the suite: with the user's settings, and with secrets that stay in their own folder. */
export function privateEngines(options: EngineOptions): (home: string) => Promise<ConformanceEngine> {
  const { settings, onError, clusters } = options
  return async (home) => {
    const engine = openEngine(home, { settings, onError, keychain: false, register: countVersions() })
    if (clusters !== undefined) await copyClusters(engine, clusters, home)
    return {
      service: engine.service,
      setSecret: async (secret, key, value) => {
        await engine.secrets.set(secret, key, value)
      },
      async [Symbol.asyncDispose]() {
        await eraseClusters(engine).catch(onError)
        await engine[Symbol.asyncDispose]()
      },
    }
  }
}

/** Numbers versions as a registry does, and keeps none: what a private engine registers is nobody's model. */
function countVersions(): NonNullable<PipelineOptions['register']> {
  const models = new Map<string, Map<string, number>>()
  return ({ model, run, step }) => {
    const versions = models.get(model) ?? new Map<string, number>()
    models.set(model, versions)
    const version = versions.get(`${run}/${step}`) ?? versions.size + 1
    versions.set(`${run}/${step}`, version)
    return Promise.resolve({ version })
  }
}

/** The user's clusters under the same names, each with a part of its bucket that is the private engine's alone. */
async function copyClusters({ clusterTargets, secrets }: Engine, user: UserClusters, home: string): Promise<void> {
  for (const { name, profile } of user.clusterTargets.list()) {
    if (clusterTargets.get(name) !== undefined) continue
    const { artifacts } = profile
    for (const { secret, key } of [artifacts.accessKey, artifacts.secretKey]) {
      const value = await user.secrets.read(secret, key)
      if (value !== undefined) await secrets.set(secret, key, value)
    }
    const prefix = `${artifacts.prefix}conformance-${homeId(home)}/`
    clusterTargets.add(name, { ...profile, artifacts: { ...artifacts, prefix } })
  }
}

/** What a private engine has left in clusters that it played on. */
async function eraseClusters({ clusterTargets, clusters, service }: Engine): Promise<void> {
  const used = new Set(service.list({ limit: MOST_RUNS }).map(({ target }) => target))
  for (const { name, profile } of clusterTargets.list()) if (used.has(name)) await clusters.erase(profile)
}

const MOST_RUNS = 1_000

/** Whether a comparison that did not end has left its folder. */
function hasWork(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('work-'))
}

/** So long after it opened a core looks for what an earlier comparison left: others come first. */
const LEFTOVERS_MS = 2_000

/**
 * The suite, which is large and seldom asked for: it is loaded by the first question, or a while after a start where an
 * earlier comparison may have left something.
 */
export function lazyConformance(options: Options): ConformanceVerbs & AsyncDisposable {
  const { home, version, onError } = options
  let opened: Promise<Conformance> | undefined
  const get = lazily(() => {
    opened = import('#core/conformance/index.ts').then(({ openConformance }) =>
      openConformance({ home, version, onError, open: privateEngines(options) }),
    )
    return opened
  })
  const look = (): void => {
    if (hasWork(join(home, 'conformance'))) get().catch(onError)
  }
  const timer = setTimeout(look, LEFTOVERS_MS).unref()
  return {
    show: async () => (await get()).show(),
    run: async (wanted, progress) => (await get()).run(wanted, progress),
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await (await opened)?.[Symbol.asyncDispose]()
    },
  }
}
