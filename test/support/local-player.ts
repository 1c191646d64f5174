import { canonicalJson, type Json } from '#core/base/json.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import { sha256 } from '#core/files/index.ts'
import { NOTHING, type AttemptReport, type AttemptTask, type Executor } from '#core/pipelines/executor.ts'
import { initialState, type BoundPlan, type BoundStep, type RunState } from '#core/pipelines/index.ts'
import type { LoopOptions } from '#core/pipelines/loop-options.ts'
import { RunLoop } from '#core/pipelines/run-loop.ts'
import { isValueOutput } from '#core/contract/definition.ts'
import type { End, Which } from './argo-player.ts'

/** Plays a run with the local scheduler, whose attempts end as they are told at once. */
export async function playLocally(
  plan: BoundPlan,
  endOf: (which: Which) => End,
  lookUp: LoopOptions['lookUp'],
): Promise<RunState> {
  const state = initialState(plan)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const loop = new RunLoop({
    run: 'r',
    state,
    facts: { environments: {}, code: {}, files: {} },
    parallelism: 4,
    writeCache: false,
    executor: executorOf(endOf),
    now: () => 1_000,
    write: () => undefined,
    publish: () => undefined,
    lookUp,
    outputs: () => ({}),
    onError: reject,
    onEnd: () => resolve(),
  })
  loop.begin()
  await promise
  return state
}

function executorOf(endOf: (which: Which) => End): Executor {
  const execute = (task: AttemptTask, report: AttemptReport): void => {
    const end = endOf({ step: task.step.bound.planned.name, item: task.item, attempt: task.attempt })
    const outcome = end.phase === 'Succeeded' ? 'succeeded' : 'failed'
    report.started(1_000, [])
    const outputs = outcome === 'succeeded' ? recordsOf(task.step.bound, end.values) : {}
    setImmediate(() => report.finished({ ...NOTHING, outcome, outputs, finishedAt: 1_000 }))
  }
  return {
    execute,
    adopt: (_task, report) => report.absent(),
    stop: () => undefined,
    release: () => undefined,
    detach: () => undefined,
    sweep: () => Promise.resolve(),
  }
}

/** The records of an attempt with these values; files hold nothing. */
export function recordsOf({ planned }: BoundStep, values: Readonly<Record<string, Json>>): OutputRecords {
  const { outputs } = planned.definition
  const records = Object.entries(outputs).map(([name, declaration]): [string, OutputRecords[string]] => {
    if (!isValueOutput(declaration)) return [name, { kind: 'file', size: 0, executable: false, sha256: sha256('') }]
    const value = values[name] ?? null
    return [name, { kind: 'value', value, sha256: sha256(canonicalJson(value)) }]
  })
  return Object.fromEntries(records)
}
