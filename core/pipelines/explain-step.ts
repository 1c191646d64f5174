import { realpathSync } from 'node:fs'
import { CONTAINER, readLogEnd } from '#core/attempts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { StepDefinition } from '#core/contract/definition.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { StepFailure } from '#core/contract/failures.ts'
import type { PodView } from '#core/contract/run.ts'
import { explainFailure, type Evidence, type EvidenceLine } from '#core/failures/index.ts'
import { attemptFolders, type AttemptAddress } from './attempt-folders.ts'
import { attemptOf } from './find-attempt.ts'
import { findStep } from './find-run.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { StepAddress } from './service-types.ts'
import type { Targets } from './targets.ts'

/** A cluster that does not answer in this time is not waited for: what is stored is explained without it. */
const PATIENCE_MS = 3_000

type Options = { readonly home: string; readonly store: RunStore; readonly targets: Targets }

/** How an attempt ended, or why it waits. */
type End = Pick<Evidence, 'code' | 'exitCode' | 'signal' | 'reason' | 'waiting'> & {
  /** What the step asked for and did not get, such as `network`. */
  readonly notEnforced: readonly string[]
}

/**
 * Why an attempt, the latest where none is named, failed or waits, from what is stored of it: so rules that are new
 * explain old runs too. Throws Problem `not_found` for a step or an attempt that there is not.
 */
export async function explainStep(options: Options, address: StepAddress, wanted?: number): Promise<StepFailure> {
  const { store } = options
  const { run, isFanOut, definition } = findStep(store, address)
  // Attempts are of items, never of a fan-out as a whole.
  const isWhole = isFanOut && address.item === null
  const events = store.eventsOfStep(run, address.step, address.item)
  const found = isWhole ? undefined : attemptOf(store, address, wanted)
  const attempt = found?.address.attempt ?? null
  const end = attempt === null ? endWithoutAttempt(events) : endOfAttempt(events, attempt)
  if (end === undefined) return { attempt: null, explanation: null }
  const more =
    found === undefined ? NOTHING_LEFT : await leftBy(options, { run, address: found.address, exitCode: end.exitCode })
  const evidence = { ...end, ...asked(definition, end), runtime: runtimeOf(options.targets, run), ...more }
  return { attempt, explanation: explainFailure(evidence) ?? null }
}

/** What cannot be evaluated fails a step before it has an attempt. */
function endWithoutAttempt(events: readonly SequencedEvent[]): End | undefined {
  const failed = events.findLast((event) => event.kind === 'step.failed')
  if (failed === undefined) return undefined
  return { code: failed.code, reason: failed.reason, exitCode: null, signal: null, waiting: null, notEnforced: [] }
}

function endOfAttempt(events: readonly SequencedEvent[], attempt: number): End | undefined {
  const own = events.filter((event) => 'attempt' in event && event.attempt === attempt)
  const finished = own.findLast((event) => event.kind === 'attempt.finished')
  const started = own.find((event) => event.kind === 'attempt.started')
  const waits = own.findLast((event) => event.kind === 'attempt.waiting')
  const waiting = started === undefined ? (waits?.reason ?? null) : null
  const notEnforced = started?.notEnforced ?? []
  if (finished?.outcome === 'failed' || finished?.outcome === 'lost') {
    const { code, exitCode, signal, reason } = finished
    return { code, exitCode, signal, reason, waiting, notEnforced }
  }
  if (finished?.outcome === 'succeeded' || waiting === null) return undefined
  return { code: null, exitCode: null, signal: null, reason: null, waiting, notEnforced }
}

type Asked = Pick<Evidence, 'limits' | 'network'>

function asked({ resources, timeoutMs, network }: StepDefinition, { notEnforced }: End): Asked {
  return {
    limits: {
      memoryBytes: resources.memory ?? null,
      shmBytes: resources.shm ?? null,
      timeoutSeconds: timeoutMs === null ? null : timeoutMs / 1_000,
    },
    network: network !== false || notEnforced.includes('network'),
  }
}

function runtimeOf(targets: Targets, { target: name, frozen }: RunRow): Evidence['runtime'] {
  if (frozen.cluster !== undefined) return 'pod'
  const target = targets.get(name)
  return target?.kind === 'local' && target.images !== null ? 'container' : 'process'
}

type Left = Pick<Evidence, 'codeFolder' | 'log' | 'pod'>
const NOTHING_LEFT: Left = { codeFolder: null, log: [], pod: null }

type Ended = { readonly run: RunRow; readonly address: AttemptAddress; readonly exitCode: number | null }

/** What is left of an attempt: of one whose command ended its log, of one in a cluster that did not begin its pod. */
async function leftBy({ home, targets }: Options, { run, address, exitCode }: Ended): Promise<Left> {
  const isProcess = runtimeOf(targets, run) === 'process'
  const codeFolder = isProcess ? attemptFolders(realpathSync(home), address).code : CONTAINER.code
  const target = targets.get(run.target)
  const attempt = { ...address, frozen: run.frozen }
  if (exitCode !== null && exitCode !== 0) {
    if (target?.kind === 'cluster') await inTime(target.takeLog(attempt, true))
    const log: readonly EvidenceLine[] = await readLogEnd(attemptFolders(home, address).control)
    return { codeFolder, log, pod: null }
  }
  const pod: PodView | null = target?.kind === 'cluster' ? await inTime(target.pod(attempt)) : null
  return { codeFolder, log: [], pod }
}

/** What comes in time; null for what does not, and where the cluster cannot be asked. */
async function inTime<Value>(asking: Promise<Value>): Promise<Value | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), PATIENCE_MS)
  try {
    return await Promise.race([asking, late])
  } catch (error) {
    if (!isProblem(error)) throw error
    return null
  } finally {
    clearTimeout(timer)
  }
}
