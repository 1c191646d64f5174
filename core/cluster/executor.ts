import type { PodEnd } from '#core/attempts/index.ts'
import {
  cancelledResult,
  failureResult,
  idOf,
  inputBytesOf,
  lostResult,
  nameOf,
  type AttemptReport,
  type AttemptTask,
  type Executor,
  type LeaveWish,
  type Mirror,
  type MirrorReport,
  type RunState,
} from '#core/pipelines/index.ts'
import { beginRun } from './begin-run.ts'
import { collectAttempt } from './collect-attempt.ts'
import { outcomeOf } from './outcome.ts'
import { findWorkflow } from './find-workflow.ts'
import { lookForWorkflow } from './bucket-attempts.ts'
import { leaveRun } from './leave.ts'
import { Links } from './links.ts'
import { untilReached, type Patience } from './patience.ts'
import type { RunContext } from './run-context.ts'
import { openPodTracking, type PodTracking } from './pod-tracking.ts'
import { endRun, stopRun } from './stop.ts'
import { openTurns } from './turns.ts'
import { finish, tellStart, track, type Tracked } from './tracked.ts'
import { attemptKey, endWords, isDone, waitingReason, type PodNode, type WorkflowView } from './workflow-view.ts'

const COLLECTED_AT_ONCE = 16

/**
 * Follows a run that a cluster plays. It starts nothing but the whole run: what begins is Argo's to say, and of each
 * attempt it tells what the Workflow, the bucket and the runner in the pod say of it.
 */
export class ClusterExecutor implements Executor {
  readonly mirror: Mirror
  readonly #context: RunContext
  readonly #tracked = new Map<string, Tracked>()
  readonly #closing = new AbortController()
  /** Aborted when the run is over here. */
  readonly #over = new AbortController()
  /** Aborted when nothing of the run is to be sent any more. */
  readonly #unwanted = new AbortController()
  readonly #links = new Links((reason) => this.#report?.connection(reason))
  readonly #inTurn = openTurns(COLLECTED_AT_ONCE)
  readonly #tracking: PodTracking | undefined
  #report: MirrorReport | undefined
  #view: WorkflowView | undefined
  /** What is known of attempts whose Workflow was deleted. */
  #left: ReadonlyMap<string, PodNode> | undefined
  #isLooking = false
  /** The watch said again that it has none. */
  #isMissed = false
  /** Nothing of a run that was stopped is left in the cluster. */
  #isGone = false
  #submitting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #unfollow: (() => void) | undefined

  constructor(context: RunContext) {
    this.#context = context
    this.#tracking = openPodTracking(context, this.#closing.signal)
    this.mirror = {
      open: (report) => void (this.#report = report),
      hasBegun: (step, item, attempt) => {
        this.#follow()
        return this.#nodeOf(attemptKey(step, item, attempt)) !== undefined || this.#isOver()
      },
      submit: (state) => void (this.#submitting = this.#submit(state)),
      leave: (wish) => this.#leave(wish),
      abandon: () => this.#endStopped('given up: its cluster was not waited for'),
    }
  }

  execute(task: AttemptTask, report: AttemptReport): void {
    this.#tracked.set(idOf(task), track(task, report))
    this.#follow()
    this.#update(idOf(task))
  }

  adopt(task: AttemptTask, report: AttemptReport): void {
    this.execute(task, report)
  }

  /** One attempt of a run is not stopped alone: only the whole run is. */
  stop({ state }: Pick<AttemptTask, 'state'>): void {
    // What goes on elsewhere would run twice if it went on here.
    this.#stopping ??= this.#stop(() => state.leaving !== null).catch((error: unknown) => {
      if (this.#closing.signal.aborted || this.#over.signal.aborted) return
      // What may not be stopped is left to the sweep, and to later cores.
      this.#context.onError(error)
      this.#endStopped()
    })
  }

  release(task: AttemptTask): void {
    const isStarted = this.#tracked.get(idOf(task))?.isStarted === true
    this.#tracked.delete(idOf(task))
    this.#tracking?.stop(task)
    const { id: run, frozen, logs, onError } = this.#context
    const { signal } = this.#closing
    if (!isStarted || signal.aborted) return
    const attempt = { ...nameOf(task), run, createdSeq: task.createdSeq, frozen }
    void logs.take(attempt, true).catch((error: unknown) => void (signal.aborted || onError(error)))
  }

  detach(): void {
    this.#closing.abort(new DOMException('this core no longer follows the run', 'AbortError'))
    this.#unfollow?.()
  }

  /** Rejects with an AbortError where this core closes before it could be done. */
  async sweep(): Promise<void> {
    const { signal } = this.#closing
    const reason = new DOMException('the run is over', 'AbortError')
    this.#unwanted.abort(reason)
    this.#over.abort(reason)
    try {
      await this.#submitting
      await endRun(this.#context, this.#view !== undefined && isDone(this.#view), signal)
    } finally {
      this.#unfollow?.()
    }
  }

  #submit(state: RunState): Promise<void> {
    const [signal, unwanted] = [this.#closing.signal, this.#unwanted.signal]
    return beginRun(this.#context, state, { signal, unwanted, links: this.#links, report: this.#report })
  }

  #leave(wish: LeaveWish): void {
    this.#unwanted.abort(new DOMException('the run goes on elsewhere', 'AbortError'))
    this.#follow()
    const { run } = this.#context
    void leaveRun(this.#context, wish, {
      submitting: this.#submitting,
      see: (view) => {
        // An earlier core may have sent it without hearing so.
        this.#report?.submitted(run, view.uid)
        this.#see(view)
      },
      latest: () => this.#view,
      tell: (reason) => this.#links.tell('leave', reason),
      signal: AbortSignal.any([this.#closing.signal, this.#over.signal]),
    })
  }

  #follow(): void {
    if (this.#unfollow !== undefined || this.#closing.signal.aborted) return
    const { run, connection } = this.#context
    this.#unfollow = connection.watch.follow(run, {
      put: (view) => this.#see(view),
      gone: () => void this.#seeGone(),
      connection: (reason) => this.#links.tell('watch', reason),
    })
  }

  #see(view: WorkflowView): void {
    this.#links.tell('watch', null)
    const wasStopped = this.#view?.isStopped ?? false
    this.#view = view
    if (view.isStopped && !wasStopped && this.#stopping === undefined) this.#report?.cancelled()
    this.#updateAll()
  }

  /** The Workflow was deleted: what its attempts left in the bucket counts, and there is no more. */
  async #seeGone(): Promise<void> {
    this.#links.tell('watch', null)
    this.#isMissed = true
    if (this.#left !== undefined || this.#isLooking) return
    this.#isLooking = true
    const link = 'what is left'
    try {
      while (this.#isMissed) {
        this.#isMissed = false
        const before = this.#view
        const found = await lookForWorkflow(this.#context, this.#patience(link))
        this.#links.tell(link, null)
        if ('left' in found) this.#left = found.left
        // What the watch told meanwhile is newer.
        else if (this.#view === before) this.#see(found.view)
      }
      this.#updateAll()
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#links.tell(link, error instanceof Error ? error.message : String(error))
    } finally {
      this.#isLooking = false
    }
  }

  #patience(link: string): Patience {
    return { signal: this.#closing.signal, onLost: (reason) => this.#links.tell(link, reason), isSent: true }
  }

  #updateAll(): void {
    this.#report?.changed()
    for (const id of this.#tracked.keys()) this.#update(id)
  }

  #nodeOf(key: string): PodNode | undefined {
    return this.#left?.get(key) ?? this.#view?.attempts.get(key)
  }

  #isOver(): boolean {
    return this.#left !== undefined || this.#view?.isOver === true
  }

  #update(id: string): void {
    const tracked = this.#tracked.get(id)
    if (tracked === undefined || tracked.isEnding) return
    const { step, item, attempt } = nameOf(tracked.task)
    const node = this.#nodeOf(attemptKey(step, item, attempt))
    const isOpen = node?.phase === 'Pending' || node?.phase === 'Running'
    if (node === undefined || (isOpen && this.#left !== undefined)) {
      if (this.#isOver()) finish(tracked, lostResult(this.#endWords(), this.#context.now()))
    } else if (isOpen && !this.#isOver()) {
      if (node.phase === 'Pending') tracked.report.waiting(waitingReason(node))
      else this.#look(tracked, node)
    } else if (!this.#isEndingPods()) {
      // Argo may end a Workflow, and forget its pods.
      this.#collect(tracked, isOpen ? { ...node, phase: 'Error', message: this.#endWords() } : node)
    }
  }

  /** Argo calls a node of a stopped Workflow failed at once, while its pod still ends and leaves how. */
  #isEndingPods(): boolean {
    return !this.#isGone && (this.#stopping !== undefined || this.#view?.isStopped === true)
  }

  /** Why an attempt that did not run will not. */
  #endWords(): string {
    return endWords(this.#left === undefined ? this.#view : undefined)
  }

  /** A pod runs a while before the command does. */
  #look(tracked: Tracked, { pod }: PodNode): void {
    tracked.report.waiting(null)
    if (tracked.isLookedAt) return
    tracked.isLookedAt = true
    this.#tracking?.follow(tracked.task)
    const { connection, onError } = this.#context
    const tell = (time: number | undefined): void => {
      if (time !== undefined && !tracked.isEnding) tellStart(tracked, this.#context, time)
    }
    void connection.starts.of(pod, AbortSignal.any([this.#closing.signal, tracked.ended.signal])).then(tell, onError)
  }

  #collect(tracked: Tracked, node: PodNode): void {
    tracked.isEnding = true
    tracked.ended.abort()
    const { task } = tracked
    const { frozen, now } = this.#context
    const link = `the end of ${idOf(task)}`
    const judge = (end: PodEnd | undefined): void => {
      this.#links.tell(link, null)
      const inputBytes = inputBytesOf(task, frozen.facts.files)
      const asked = this.#stopping !== undefined
      const { startedAt, result } = outcomeOf({ end, node, asked, inputBytes, now: now() })
      // Of one that left nothing it is not known that its command began.
      const hasBegun = end === undefined ? tracked.isLookedAt || result.exitCode !== null : end.startedAt !== null
      if (hasBegun) tellStart(tracked, this.#context, startedAt)
      finish(tracked, result)
    }
    const how = { node, tracking: this.#tracking, patience: this.#patience(link) }
    void this.#inTurn(() => collectAttempt(this.#context, task, how))
      .then(judge)
      .catch((error: unknown) => {
        if (this.#closing.signal.aborted) return
        this.#links.tell(link, null)
        finish(tracked, failureResult(error, now()))
      })
  }

  /** Stops the run in the cluster, waits until nothing of it is left there, and then tells its attempts' ends. */
  async #stop(insists: () => boolean): Promise<void> {
    const { signal } = this.#closing
    const onLost = (reason: string): void => this.#links.tell('stop', reason)
    await stopRun(this.#context, { signal: AbortSignal.any([signal, this.#over.signal]), onLost, insists })
    this.#links.tell('stop', null)
    // How its last pods ended may not have come to the watch yet.
    const view = await untilReached(() => findWorkflow(this.#context, signal), { signal, onLost: () => undefined })
    this.#isGone = true
    if (view !== undefined) this.#see(view)
    this.#endStopped()
  }

  #endStopped(reason: string | null = null): void {
    this.#isGone = true
    for (const tracked of this.#tracked.values()) {
      if (reason !== null || !tracked.isEnding) finish(tracked, { ...cancelledResult(this.#context.now()), reason })
    }
  }
}
