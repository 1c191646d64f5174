import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '#core/base/json.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { isFinalRun, type SequencedEvent } from '#core/contract/events.ts'
import type { Plan } from '#core/contract/plan.ts'
import type { RunRequest, RunView, StepView } from '#core/contract/run.ts'
import { openEngine as openCore, type Engine as Core } from '#core/engine.ts'
import type { Environments } from '#core/environments/index.ts'
import type { Moves } from '#core/moves/index.ts'
import type { PipelineService, StepTracking } from '#core/pipelines/index.ts'
import { openPlans } from '#core/planner.ts'
import type { Secrets } from '#core/secrets/index.ts'
import { removeTree, type Blobs, type Store } from '#core/store/index.ts'
import { addLab, labProfile, openLab, PODS } from './lab-target.ts'

export type EngineOptions = {
  /** Wraps the environments, to hold one back for instance. */
  readonly environments?: (real: Environments) => Environments
  /** What does register steps; none can be done where it is absent. */
  readonly register?: StepTracking['register']
  /** What steps track into; nothing is tracked where it is absent. */
  readonly tracking?: StepTracking
  /** The data folder; one of its own below `root` where absent. */
  readonly home?: string
  /** Where runs play that name no target. */
  readonly target?: 'process' | 'docker' | 'lab'
  /** Of the cluster target `lab`; that of the tests where absent. */
  readonly profile?: ClusterProfile
}

/** The real engine on a data folder and a project folder of its own; what still runs is cancelled at the end. */
export type Engine = AsyncDisposable & {
  readonly root: string
  readonly home: string
  /** Where the pipelines and their code lie. */
  readonly folder: string
  readonly service: PipelineService
  readonly moves: Moves
  readonly secrets: Secrets
  readonly store: Store
  readonly blobs: Blobs
  /** What went wrong where nobody waits for an answer. */
  readonly errors: readonly unknown[]
  /** Writes a file below the project folder. */
  write(path: string, text: string | Uint8Array, mode?: number): Promise<void>
  /** Writes a pipeline of a spec; returns its path. */
  pipeline(spec: object, name?: string): Promise<string>
  /** Starts a run and waits for its end. */
  run(file: string, request?: Partial<RunRequest>): Promise<RunView>
  start(file: string, request?: Partial<RunRequest>): Promise<RunView>
  /** Says what a push and a run would do. */
  plan(file: string, request?: Partial<RunRequest>): Promise<Plan>
  /** Makes another target unless it is there; plans alone may name it: what a run makes there does not go at the end. */
  addTarget(name: string, profile: ClusterProfile): void
  resume(run: string, withCode?: boolean): Promise<RunView>
  /** The run once it is final and nothing of it is left. */
  end(run: string): Promise<RunView>
  events(run: string): SequencedEvent[]
  /** Lines of the log of an attempt, the latest where none is named. */
  log(run: string, step: string, of?: { item?: number; attempt?: number }): Promise<string[]>
  /** The content of a file output, or of one file of a folder output. */
  text(run: string, step: string, of: { output: string; item?: number; path?: string }): Promise<string>
  /** Closes the core in order, as SIGTERM does, and opens the next one on the same data folder. */
  reopen(): Promise<void>
  /** Does something while no core is there. */
  away(work: () => Promise<void>): Promise<void>
}

export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const root = await mkdtemp(join(tmpdir(), 'minisub-engine-'))
  const [folder, home] = [join(root, 'project'), options.home ?? join(root, 'home')]
  await mkdir(folder)
  const errors: unknown[] = []
  const { target = 'process', environments, register, tracking } = options
  const open = (): Core =>
    openCore(home, {
      keychain: false,
      onError: (error) => void errors.push(error),
      ...(environments === undefined ? {} : { environments }),
      ...(register === undefined ? {} : { register }),
      ...(tracking === undefined ? {} : { tracking }),
    })
  let core = await openCoreOr(() => removeTree(root))
  const profile = target === 'lab' ? (options.profile ?? labProfile(basename(root))) : undefined
  if (profile !== undefined) await addLab(core, profile)
  const { pipeline, write } = projectIn(folder)
  async function openCoreOr(giveUp: () => Promise<void>): Promise<Core> {
    try {
      return open()
    } catch (error) {
      await giveUp()
      throw error
    }
  }
  const start = (file: string, request: Partial<RunRequest> = {}): Promise<RunView> =>
    core.service.start({ file, target, ...request }, {})
  const isOver = (run: string): Promise<boolean> | boolean => {
    const view = core.service.show(run)
    if (!isFinalRun(view.status) || isLive(home, run)) return false
    if (view.target === 'lab') return podsOf(run).then((pods) => pods.length === 0)
    return view.target !== 'docker' || containersOf(run).then((ids) => ids.length === 0)
  }
  const end = async (run: string): Promise<RunView> => {
    await until(`run ${run} has ended`, () => isOver(run))
    return core.service.show(run)
  }
  return {
    root,
    home,
    folder,
    errors,
    get service() {
      return core.service
    },
    get moves() {
      return core.moves
    },
    get secrets() {
      return core.secrets
    },
    get store() {
      return core.store
    },
    get blobs() {
      return core.blobs
    },
    write,
    pipeline,
    start,
    plan: (file, request = {}) => openPlans(home, core, () => []).plan({ file, target, ...request }, {}),
    addTarget(name, own) {
      if (core.clusterTargets.get(name) === undefined) core.clusterTargets.add(name, own)
    },
    run: async (file, request) => end((await start(file, request)).id),
    resume: async (run, withCode = false) => end((await core.service.resume(run, { withCode })).id),
    end,
    events: (run) => core.service.events(run, 1, 1_000_000),
    async log(run, step, { item, attempt } = {}) {
      const address = { run, step, item: item ?? null }
      const which = attempt === undefined ? {} : { attempt }
      const page = await core.service.log(address, { from: 0, maxBytes: 100_000_000, ...which })
      return page.lines.map((line) => line.text)
    },
    async text(run, step, { output, item, path = '' }) {
      const files = core.service.artifactFiles({ run, step, item: item ?? null }, output)
      const file = files.find((it) => it.path === path)
      if (file === undefined) throw new Error(`no file "${path}" among ${files.map((it) => it.path).join(', ')}`)
      return readFileSync(core.blobs.pathOf(file.sha256), 'utf8')
    },
    async away(work) {
      await core[Symbol.asyncDispose]()
      await work()
      core = open()
    },
    async reopen() {
      await core[Symbol.asyncDispose]()
      core = open()
    },
    async [Symbol.asyncDispose]() {
      for (const { id, status } of core.service.list({ limit: 1000 })) {
        if (isFinalRun(status)) continue
        await core.service.cancel(id).catch(unlessOver)
        await end(id)
      }
      if (profile !== undefined) await core.clusters.erase(profile)
      await core[Symbol.asyncDispose]()
      await removeTree(root)
    },
  }
}

function projectIn(folder: string): Pick<Engine, 'write' | 'pipeline'> {
  const write: Engine['write'] = async (path, text, mode = 0o644) => {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    await chmod(file, mode)
  }
  return {
    write,
    async pipeline(spec, name = 'test') {
      const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name } }
      await write(`${name}.yaml`, JSON.stringify({ ...head, spec }, null, 2))
      return join(folder, `${name}.yaml`)
    },
  }
}

/** A run's end is swept just after its last event: then its spare folders are gone too. */
function isLive(home: string, run: string): boolean {
  return processesOf(run).length > 0 || namesIn(join(home, 'runs', run)).some((name) => name.startsWith('.blank-'))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Process ids of everything that carries a run's id in its environment. Linux only; elsewhere none is seen. */
export function processesOf(run: string): number[] {
  return namesIn('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(`MINISUB_RUN_ID=${run}`)
        ? [Number(name)]
        : []
    } catch {
      return []
    }
  })
}

/** Ids of the containers of a run, whether they run or not. */
export async function containersOf(run: string): Promise<string[]> {
  const { openDockerEngine } = await import('#core/runtimes/docker/index.ts')
  const client = await openDockerEngine().client()
  const found = await client.listContainers({ all: true, filters: { label: [`minisub.run=${run}`] } })
  return found.map(({ Id }) => Id)
}

/** Names of the pods of a run in the lab. */
export async function podsOf(run: string): Promise<string[]> {
  await using cluster = openLab()
  const found = await cluster.list(PODS, { labelSelector: `workflows.argoproj.io/workflow=${run}` })
  return found.map(({ metadata }) => metadata.name)
}

/** Waits until it holds; throws after three minutes. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 180_000; Date.now() < deadline; await sleep(5)) if (await holds()) return
  throw new Error(`waited in vain until ${what}`)
}

/** A step run of a view. */
export function stepOf(view: RunView, name: string, item: number | null = null): StepView {
  const found = view.steps.find((step) => step.name === name && (step.item?.index ?? null) === item)
  if (found === undefined) throw new Error(`no step ${name}[${item}] in ${JSON.stringify(view.steps)}`)
  return found
}

/** The status of every step of a run by name, of items as `name[0]`. */
export function statusesOf(view: RunView): Record<string, string> {
  return Object.fromEntries(
    view.steps.map((step) => [step.item === null ? step.name : `${step.name}[${step.item.index}]`, step.status]),
  )
}

/** A step that runs a shell script; `$1`, `$2` … are further arguments. */
export function sh(script: string, ...rest: readonly (Json | object)[]): { command: Json[] } & Record<string, unknown> {
  const last = rest.at(-1)
  const extra = typeof last === 'object' && last !== null && !Array.isArray(last) ? (last as object) : {}
  const args = (extra === last ? rest.slice(0, -1) : rest) as Json[]
  return { command: ['sh', '-c', script, 'sh', ...args], ...extra }
}

/** A run may end by itself just before it is cancelled. */
function unlessOver(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'conflict')) throw error
}

/** What a promise was rejected with. */
export async function problemOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: String(error.code), message: error.message }
    throw error
  }
  throw new Error('it was not refused')
}
