import { Problem } from '#core/base/problem.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import { isFinalRun, type Moved, type SequencedEvent } from '#core/contract/events.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { Environments } from '#core/environments/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { applyEvent } from './apply-event.ts'
import { bindPlan, type BoundPlan } from './bind.ts'
import type { Changes } from './changes.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import { finalOutputs } from './final-outputs.ts'
import { createLookup } from './lookup.ts'
import type { Executor, Mirror } from './executor.ts'
import { fetchFiles } from './fetch-files.ts'
import type { RemoteFiles } from './remote-files.ts'
import { LocalExecutor } from './local-executor.ts'
import { openContainerStage } from './container-stage.ts'
import { onlyOf } from './only.ts'
import { openProcessStage } from './process-stage.ts'
import { withRecordSteps } from './record-executor.ts'
import { RunLoop } from './run-loop.ts'
import type { CacheEntry, RunRow } from './run-rows.ts'
import type { CacheHit, CacheQuery } from './scheduler.ts'
import { initialState, type RunState } from './run-state.ts'
import type { RunStore } from './run-store.ts'
import { findTarget, type Targets } from './targets.ts'
import type { StepTracking } from './step-tracking.ts'
import { openUnswept, type Unswept } from './unswept.ts'
import { planOf } from './validate.ts'

export type EngineOptions = {
  readonly home: string
  readonly store: RunStore
  readonly blobs: Blobs
  readonly environments: Environments
  readonly secrets: Pick<Secrets, 'read' | 'hidden'>
  readonly targets: Targets
  readonly remote: RemoteFiles
  /** Undefined where nothing is tracked. */
  readonly tracking: StepTracking | undefined
  /** Undefined where nothing is tracked, so that nothing can be registered. */
  readonly register: StepTracking['register'] | undefined
  readonly now: () => number
  /** Told of the events of all runs, once they are on disk. */
  readonly changes: Pick<Changes, 'events'>
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Starting = {
  readonly state: RunState
  readonly fetch: (records: Iterable<OutputRecord>, signal: AbortSignal) => Promise<unknown>
}

export type Listener = (events: readonly SequencedEvent[]) => void

const REPLAY_PAGE = 10_000

/** The runs that this core drives. */
export class LiveRuns {
  readonly #options: EngineOptions
  readonly #loops = new Map<string, RunLoop>()
  readonly #listeners = new Map<string, Set<Listener>>()
  /** Digests of the environments of each run. */
  readonly #environments = new Map<string, readonly string[]>()
  readonly #unswept: Unswept
  /** Of runs that are over and of which an earlier core left something. */
  readonly #sweeping = new Set<Executor>()

  constructor(options: EngineOptions) {
    this.#options = options
    this.#unswept = openUnswept(options.home)
  }

  /** Begins a run whose row was just written. */
  begin(row: RunRow, snapshot: CodeSnapshot, bound: BoundPlan): void {
    this.#open(row, snapshot, initialState(bound)).begin()
  }

  /** Takes up every run that an earlier core left unfinished. */
  recover(): void {
    for (const id of this.#options.store.unfinished()) {
      try {
        this.#takeUp(id)
      } catch (error) {
        this.#options.onError(error)
      }
    }
    for (const id of this.#unswept.list()) if (!this.#loops.has(id)) this.#sweepLater(id)
  }

  /** Ends what is left elsewhere of a run that is over: an earlier core could not. */
  #sweepLater(id: string): void {
    const { store, onError } = this.#options
    const row = store.get(id)
    // Nobody can reach what a target had that was deleted.
    if (row === undefined || this.#options.targets.get(row.target) === undefined) return this.#unswept.forget(id)
    const snapshot = store.snapshot(row.frozen.code)
    if (snapshot === undefined || !isFinalRun(row.status)) return
    try {
      const state = initialState(bindPlan(planOf(row.definition), row.frozen.parameters))
      const executor = this.#executor(row, snapshot, state)
      this.#sweeping.add(executor)
      executor
        .sweep(id)
        .then(() => this.#unswept.forget(id))
        // A core that closes leaves it to the next one.
        .catch((error: unknown) => void (this.#sweeping.has(executor) && onError(error)))
        .finally(() => this.#sweeping.delete(executor))
    } catch (error) {
      onError(error)
    }
  }

  /** Resolves when the wish is on disk. Throws Problem `internal` for a run that this core could not take up. */
  async cancel(run: string, how?: { readonly abandon: boolean }): Promise<void> {
    await this.#loopOf(run).cancel(how)
  }

  /** Resolves as `cancel`: see `RunLoop.leave`. */
  async leave(run: string, movedTo: Moved, how: { readonly wait: boolean }): Promise<void> {
    await this.#loopOf(run).leave(movedTo, how)
  }

  #loopOf(run: string): RunLoop {
    const loop = this.#loops.get(run)
    if (loop === undefined) {
      throw new Problem(
        'internal',
        `run ${run} could not be taken up by this core: the log of the core says why, start it again after that`,
      )
    }
    return loop
  }

  /** Calls back with each batch of events of a run. Returns the end of the subscription. */
  subscribe(run: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(run) ?? new Set()
    this.#listeners.set(run, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(run)
    }
  }

  /** Whether a run that is not final was frozen with an environment. */
  usesEnvironment(digest: string): boolean {
    return [...this.#environments.values()].some((digests) => digests.includes(digest))
  }

  count(): number {
    return this.#loops.size
  }

  /** Stops driving; what runs goes on for the next core. */
  detach(): void {
    for (const loop of this.#loops.values()) loop.detach()
    for (const executor of this.#sweeping) executor.detach()
    this.#sweeping.clear()
    this.#loops.clear()
    this.#environments.clear()
  }

  /** A listener that fails must not keep others, or the run itself, from going on. */
  #publish(run: string, events: readonly SequencedEvent[]): void {
    for (const listener of this.#listeners.get(run) ?? []) {
      try {
        listener(events)
      } catch (error) {
        this.#options.onError(error)
      }
    }
    this.#options.changes.events(run, events)
  }

  #takeUp(id: string): void {
    const { store } = this.#options
    const row = store.get(id)
    const snapshot = row === undefined ? undefined : store.snapshot(row.frozen.code)
    if (row === undefined || snapshot === undefined) throw new Error(`run ${id} has no code snapshot`)
    const state = initialState(bindPlan(planOf(row.definition), row.frozen.parameters))
    replay(store, id, state)
    this.#open(row, snapshot, state).begin()
  }

  /** Runs the attempts of a run where its row says. */
  #executor(row: RunRow, snapshot: CodeSnapshot, state: RunState): Executor & { readonly mirror?: Mirror } {
    const { register, now, onError } = this.#options
    const fetch = (records: Iterable<OutputRecord>, signal: AbortSignal) =>
      fetchFiles(records, this.#options, { signal })
    const executor = this.#starter(row, snapshot, { state, fetch })
    return withRecordSteps(executor, { row, register, fetch, now, onError })
  }

  #starter(row: RunRow, snapshot: CodeSnapshot, { state, fetch }: Starting): Executor & { readonly mirror?: Mirror } {
    const { targets, store, now, tracking, onError } = this.#options
    const { id: run, frozen, digest } = row
    const target = findTarget(targets, row.target)
    if (target.kind === 'cluster') {
      const cached = (): readonly CacheEntry[] => store.cachedOf(run)
      const { remote } = this.#options
      return target.open({ run, digest, bound: state.plan, frozen, snapshot, remote, cached, now, tracking, onError })
    }
    const { runtime, images } = target
    const shared = { ...this.#options, run, runtime, frozen, snapshot, recovered: state.seq > 0 }
    const stage = images === null ? openProcessStage(shared) : openContainerStage({ ...shared, images })
    return new LocalExecutor({ runtime, stage, files: frozen.facts.files, fetch, now, onError })
  }

  #open(row: RunRow, snapshot: CodeSnapshot, state: RunState): RunLoop {
    const { store, now, onError } = this.#options
    const { id, frozen } = row
    const executor = this.#executor(row, snapshot, state)
    const { mirror } = executor
    if (mirror !== undefined) this.#unswept.note(id)
    const stores = frozen.stores ?? []
    const { cache, resumes, only } = frozen
    const lookUp = createLookup({ ...this.#options, stores, cache, resumes, only })
    const loop = new RunLoop({
      run: id,
      state,
      facts: frozen.facts,
      parallelism: frozen.parallelism ?? Number.POSITIVE_INFINITY,
      ...(only === undefined ? {} : { only: onlyOf(state.plan.plan, only) }),
      writeCache: cache,
      executor,
      ...(mirror === undefined ? {} : { mirror }),
      ...(frozen.sent === undefined ? {} : { sent: frozen.sent }),
      now,
      write: (batch) => store.write(batch),
      publish: (events) => this.#publish(id, events),
      lookUp: mirror === undefined ? lookUp : (query) => untilSubmitted(state, query, lookUp(query)),
      outputs: (final) => finalOutputs(id, final),
      onError,
      onEnd: (isSwept) => {
        this.#loops.delete(id)
        this.#environments.delete(id)
        if (mirror !== undefined && isSwept) this.#unswept.forget(id)
      },
    })
    this.#loops.set(id, loop)
    this.#environments.set(
      id,
      Object.values(frozen.environments).map(({ digest }) => digest),
    )
    return loop
  }
}

/** What a cluster has begun is not looked up any more: it runs there, whatever the cache holds. */
function untilSubmitted(state: RunState, { step }: CacheQuery, answer: CacheHit | string): CacheHit | string {
  if (state.submitted === null || typeof answer === 'string') return answer
  if (isRecordStep(step.bound.planned.definition)) return answer
  return 'what it reads was not known before the cluster had the run'
}

/** Applies all events of a run that are on disk. */
function replay(store: RunStore, run: string, state: RunState): void {
  for (;;) {
    const page = store.events(run, state.seq + 1, REPLAY_PAGE)
    for (const event of page) applyEvent(state, event)
    if (page.length < REPLAY_PAGE) return
  }
}
