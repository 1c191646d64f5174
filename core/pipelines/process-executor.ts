import { existsSync } from 'node:fs'
import { isProblem } from '#core/base/problem.ts'
import type { BuiltEnvironment, Environments } from '#core/environments/index.ts'
import type { AttemptRuntime, Exit, FinalState, Workload, WorkloadPart } from '#core/runtimes/driver.ts'
import type { Blobs } from '#core/store/index.ts'
import { attemptFolders, type AttemptAddress, type AttemptFolders } from './attempt-folders.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import {
  failedBeforeStart,
  NOTHING,
  type AttemptReport,
  type AttemptResult,
  type AttemptTask,
  type Executor,
} from './executor.ts'
import { FolderPool } from './folder-pool.ts'
import { collectOutputs } from './outputs.ts'
import { placeCode } from './place-code.ts'
import { resolveTemplate, type ResolveContext } from './resolve.ts'
import type { FrozenRun } from './run-rows.ts'
import { readSecrets, secretsToHide } from './secrets.ts'
import { stepEnvironment } from './step-environment.ts'
import { placeStepInputs } from './step-inputs.ts'

export type ProcessExecutorOptions = {
  readonly home: string
  readonly run: string
  /** True when an earlier core drove the run. */
  readonly recovered: boolean
  readonly runtime: AttemptRuntime
  readonly environments: Environments
  readonly blobs: Blobs
  readonly frozen: FrozenRun
  readonly snapshot: CodeSnapshot
  readonly now: () => number
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** Runs attempts as processes of this machine: folder, code, inputs, command; then outputs into the store. */
export class ProcessExecutor implements Executor {
  readonly #options: ProcessExecutorOptions
  /** Attempts whose command did not begin yet, by id. */
  readonly #preparing = new Map<string, AbortController>()
  readonly #folders: FolderPool

  constructor(options: ProcessExecutorOptions) {
    this.#options = options
    const { home, run, recovered, snapshot, blobs } = options
    this.#folders = new FolderPool({ home, run, recovered, fill: (folder) => placeCode(snapshot, folder, blobs) })
  }

  execute(task: AttemptTask, report: AttemptReport): void {
    const giveUp = new AbortController()
    this.#preparing.set(idOf(task), giveUp)
    void this.#run(task, report, giveUp.signal)
      .catch((error: unknown) => (giveUp.signal.aborted ? this.#cancelled() : this.#failure(error)))
      .then((result) => this.#end(task, report, result))
  }

  adopt(task: AttemptTask, report: AttemptReport): void {
    void this.#takeUp(task, report)
      .catch((error: unknown) => this.#failure(error))
      .then((result) => (result === 'absent' ? report.absent() : this.#end(task, report, result)))
  }

  stop(task: AttemptTask, graceMs: number): void {
    this.#preparing.get(idOf(task))?.abort()
    const workload = this.#workload(task)
    // Stopping what never began makes sure that it never will.
    if (existsSync(workload.controlFolder))
      void this.#options.runtime.stop(workload, graceMs).catch(this.#options.onError)
  }

  release(task: AttemptTask): void {
    // Copies of inputs may be large.
    this.#folders.giveBack(addressOf(task), task.step.bound.planned.inputs.size > 0)
  }

  detach(): void {
    for (const giveUp of this.#preparing.values()) giveUp.abort()
  }

  async sweep(run: string): Promise<void> {
    await this.#options.runtime.sweep({ run })
    await this.#folders.clear()
  }

  #end(task: AttemptTask, report: AttemptReport, result: AttemptResult): void {
    this.#preparing.delete(idOf(task))
    report.finished(result)
  }

  async #run(task: AttemptTask, report: AttemptReport, signal: AbortSignal): Promise<AttemptResult> {
    const built = await this.#environment(task, report, signal)
    const workload = await this.#prepare(task, built)
    if (signal.aborted) return this.#cancelled()
    const { startedAt, notEnforced } = await this.#options.runtime.start(workload)
    this.#preparing.delete(idOf(task))
    report.started(startedAt, notEnforced)
    if (hasMore(task)) this.#folders.prepare()
    return this.#collect(task, await this.#options.runtime.wait(workload))
  }

  async #takeUp(task: AttemptTask, report: AttemptReport): Promise<AttemptResult | 'absent'> {
    const { runtime } = this.#options
    const workload = this.#workload(task)
    if (!existsSync(workload.controlFolder)) return 'absent'
    const state = await runtime.inspect(workload)
    if (state.phase === 'absent') {
      this.#folders.giveBack(addressOf(task), true)
      return 'absent'
    }
    if (state.phase === 'running') report.started(state.startedAt, [])
    if (state.phase === 'exited') report.started(state.exit.startedAt, [])
    return this.#collect(task, state.phase === 'running' ? await runtime.wait(workload) : state)
  }

  /** The environment of the step, built where it is not there yet; null where it has none. */
  async #environment(task: AttemptTask, report: AttemptReport, signal: AbortSignal): Promise<BuiltEnvironment | null> {
    const { environments, frozen, now } = this.#options
    const name = task.step.bound.planned.definition.environment
    const wanted = name === null ? undefined : frozen.environments[name]
    if (name === null || wanted === undefined) return null
    const began = now()
    let building = false
    const onLine = (): void => {
      if (!building) report.environment({ kind: 'building' }, name, wanted.digest)
      building = true
    }
    const built = await environments.ensure(wanted.lock, { signal, onLine })
    if (building) report.environment({ kind: 'ready', seconds: (now() - began) / 1000 }, name, wanted.digest)
    environments.recordUse(wanted.digest, task.state.plan.plan.definition.name)
    return built
  }

  async #prepare(task: AttemptTask, built: BuiltEnvironment | null): Promise<Workload> {
    const { blobs, frozen, home } = this.#options
    const { planned, command, env } = task.step.bound
    const folders = await this.#folders.take(addressOf(task))
    await placeStepInputs({ task, paths: folders.paths, blobs, files: frozen.facts.files[planned.name] ?? {} })
    const values = task.step.values?.[task.item ?? 0] ?? null
    const context: ResolveContext = { state: task.state, run: task.run, values, paths: folders.paths }
    const own = [...env].map(([key, template]) => [key, resolveTemplate(template, context, `env ${key}`)])
    const secrets = readSecrets(home, planned.definition.secrets)
    return this.#workload(task, {
      command: command.map((template, i) =>
        resolveTemplate(template, context, i === 0 ? 'the program' : `argument ${i}`),
      ),
      env: stepEnvironment({
        task,
        folders,
        built,
        env: { ...Object.fromEntries(own), ...secrets } as Record<string, string>,
      }),
      limits: planned.definition.resources,
    })
  }

  async #collect(task: AttemptTask, final: FinalState): Promise<AttemptResult> {
    if (final.phase === 'lost') {
      return {
        ...NOTHING,
        outcome: 'lost',
        finishedAt: this.#options.now(),
        code: 'step_lost',
        reason: `lost: ${final.reason}`,
      }
    }
    const { finishedAt, exitCode, signal, usage } = final.exit
    const base = { ...NOTHING, finishedAt, exitCode, signal, ...usage }
    if (exitCode !== 0) return { ...base, outcome: 'failed', code: 'command_failed', reason: exitReason(final.exit) }
    try {
      const declared = task.step.bound.planned.definition.outputs
      const outputs = await collectOutputs({
        folder: this.#foldersOf(task).outputs,
        declared,
        blobs: this.#options.blobs,
      })
      return { ...base, outcome: 'succeeded', outputs }
    } catch (error) {
      if (!isProblem(error)) throw error
      return { ...base, outcome: 'failed', code: error.code, reason: error.message }
    }
  }

  #failure(error: unknown): AttemptResult {
    if (isProblem(error)) return failedBeforeStart(error.code, error.message, this.#options.now())
    const message = error instanceof Error ? error.message : String(error)
    return failedBeforeStart('internal', `the step could not be run: ${message}`, this.#options.now())
  }

  #cancelled(): AttemptResult {
    return { ...NOTHING, outcome: 'cancelled', finishedAt: this.#options.now() }
  }

  #foldersOf(task: AttemptTask): AttemptFolders {
    return attemptFolders(this.#options.home, addressOf(task))
  }

  #workload(task: AttemptTask, part: Pick<WorkloadPart, 'command' | 'env' | 'limits'> = NO_COMMAND): Workload {
    const folders = this.#foldersOf(task)
    const item = task.item === null ? {} : { item: String(task.item) }
    const secrets = secretsToHide(this.#options.home, task.step.bound.planned.definition.secrets)
    return {
      id: idOf(task),
      labels: { run: task.run, step: task.step.bound.planned.name, attempt: String(task.attempt), ...item },
      kind: 'job',
      controlFolder: folders.control,
      parts: [{ ...part, role: 'main', workingFolder: folders.code, mounts: [], ports: [], secrets }],
    }
  }
}

/** To look at or stop an attempt, its control folder is enough. */
const NO_COMMAND = { command: [], env: {}, limits: {} }

/** Whether another attempt of the run may follow. */
function hasMore({ state, step }: AttemptTask): boolean {
  return state.openSteps > 1 || step.final + step.occupied < step.count
}

function addressOf({ run, step, item, attempt, createdSeq }: AttemptTask): AttemptAddress {
  return { run, step: step.bound.planned.name, item, attempt, createdSeq }
}

function idOf(task: AttemptTask): string {
  return `${task.run}.${task.step.bound.planned.name}.${task.item ?? '_'}.${task.attempt}-${task.createdSeq}`
}

function exitReason(exit: Exit): string {
  if (exit.outOfMemory === true) return 'ran out of memory: raise resources.memory or use less'
  return exit.signal === null ? `exit code ${exit.exitCode}` : `ended by ${exit.signal} (exit code ${exit.exitCode})`
}
