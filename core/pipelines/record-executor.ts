import { canonicalJson, type Json } from '#core/base/json.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { sha256 } from '#core/files/index.ts'
import { failureResult, inputBytesOf } from './attempt-result.ts'
import { idOf } from './attempt-workload.ts'
import {
  NOTHING,
  type AttemptReport,
  type AttemptResult,
  type AttemptTask,
  type Executor,
  type Mirror,
} from './executor.ts'
import { recordsOf, registrationOf } from './registration.ts'
import type { RunRow } from './run-rows.ts'
import type { StepTracking } from './step-tracking.ts'

export type RecordOptions = {
  readonly row: RunRow
  /** Undefined where nothing is tracked. */
  readonly register: StepTracking['register'] | undefined
  /** Takes to this machine what of these records is only in a bucket. */
  readonly fetch: (records: Iterable<OutputRecord>, signal: AbortSignal) => Promise<unknown>
  readonly now: () => number
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Starter = Executor & { readonly mirror?: Mirror }

/**
 * An executor that also does record steps, by itself: it starts nothing for them. A later core does one again that was
 * not done, or was and is not written down as done, so what it does must be repeatable.
 */
export function withRecordSteps(starter: Starter, options: RecordOptions): Starter {
  const doing = new Map<string, AbortController>()
  const isOurs = ({ step }: AttemptTask): boolean => isRecordStep(step.bound.planned.definition)
  const perform = (task: AttemptTask, report: AttemptReport): void => {
    const giveUp = new AbortController()
    doing.set(idOf(task), giveUp)
    report.started(options.now(), [])
    void register(task, options, giveUp.signal)
      .catch((error: unknown) => {
        if (!isProblem(error) && !giveUp.signal.aborted) options.onError(error)
        return failureResult(error, options.now())
      })
      .then((result) => report.finished(result))
      .finally(() => doing.delete(idOf(task)))
  }
  return {
    ...(starter.mirror === undefined ? {} : { mirror: starter.mirror }),
    execute: (task, report) => (isOurs(task) ? perform(task, report) : starter.execute(task, report)),
    adopt: (task, report) => (isOurs(task) ? perform(task, report) : starter.adopt(task, report)),
    stop: (task, graceMs) => (isOurs(task) ? doing.get(idOf(task))?.abort() : starter.stop(task, graceMs)),
    release: (task) => (isOurs(task) ? undefined : starter.release(task)),
    detach: () => {
      for (const giveUp of doing.values()) giveUp.abort()
      starter.detach()
    },
    sweep: (run) => starter.sweep(run),
  }
}

async function register(task: AttemptTask, options: RecordOptions, signal: AbortSignal): Promise<AttemptResult> {
  if (options.register === undefined) {
    const message = 'nothing is tracked here, so that no model can be registered: run the pipeline in a workbench'
    throw new Problem('not_supported', message)
  }
  // What ran in a cluster is in its bucket alone.
  await options.fetch(recordsOf(task), signal)
  signal.throwIfAborted()
  const registration = registrationOf(task, options.row)
  const { version } = await options.register(registration)
  const { model, alias } = registration
  const told = { model, version, ...(alias === null ? {} : { alias }) }
  const outputs = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, valueRecord(value)]))
  const reason = `version ${version} of ${model}${alias === null ? '' : `, ${alias}`}`
  const inputBytes = inputBytesOf(task, {})
  return { ...NOTHING, outcome: 'succeeded', finishedAt: options.now(), reason, outputs, inputBytes }
}

function valueRecord(value: Json): OutputRecord {
  return { kind: 'value', value, sha256: sha256(canonicalJson(value)) }
}
