import { exitReason } from '#core/attempts/index.ts'
import type { OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import { canonicalJson } from '#core/base/json.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Exit } from '#core/runtimes/driver.ts'
import { failedBeforeStart, NOTHING, type AttemptResult, type AttemptTask } from './executor.ts'
import { findOutput, type FoundOutput } from './read-output.ts'
import type { RunFacts } from './step-key.ts'

/** What an attempt is whose command ended; the outputs of a good end are still to be taken. */
export function resultOfExit(exit: Exit, inputBytes: number): AttemptResult {
  const { finishedAt, exitCode, signal, usage, problem, stopped = false } = exit
  const base = { ...NOTHING, finishedAt, exitCode, signal, inputBytes, ...usage, ...(stopped ? { stopped } : {}) }
  if (problem !== undefined) return { ...base, outcome: 'failed', code: problem.code, reason: problem.message }
  if (exitCode !== 0) return { ...base, outcome: 'failed', code: 'command_failed', reason: exitReason(exit) }
  return { ...base, outcome: 'succeeded' }
}

export function lostResult(reason: string, now: number): AttemptResult {
  return { ...NOTHING, outcome: 'lost', finishedAt: now, code: 'step_lost', reason: `lost: ${reason}` }
}

export function cancelledResult(now: number): AttemptResult {
  return { ...NOTHING, outcome: 'cancelled', finishedAt: now }
}

/** What an attempt is that could not be run. */
export function failureResult(error: unknown, now: number): AttemptResult {
  if (isProblem(error)) {
    return error.code === 'step_lost'
      ? lostResult(error.message, now)
      : failedBeforeStart(error.code, error.message, now)
  }
  const message = error instanceof Error ? error.message : String(error)
  return failedBeforeStart('internal', `the step could not be run: ${message}`, now)
}

/** Bytes of all that an attempt reads as a file. */
export function inputBytesOf({ state, step }: AttemptTask, files: RunFacts['files']): number {
  const { name, inputs, reads } = step.bound.planned
  let bytes = 0
  for (const [key, input] of inputs) {
    const record = files[name]?.[key]
    if (input.kind === 'expression')
      bytes += bytesOfFound(findOutput(state, input.reference.step, input.reference.output))
    else if (record !== undefined) bytes += bytesOf(record)
  }
  for (const read of reads) {
    if (read.kind === 'outputPath') bytes += bytesOfFound(findOutput(state, read.step, read.output))
  }
  return bytes
}

/** Bytes of all that an attempt left. */
export function outputBytesOf(outputs: OutputRecords): number {
  return Object.values(outputs).reduce((sum, record) => sum + bytesOf(record), 0)
}

function bytesOfFound(found: FoundOutput): number {
  if (found.kind === 'record') return bytesOf(found.record)
  if (found.kind === 'default') return Buffer.byteLength(canonicalJson(found.value))
  return found.records.reduce((sum, record) => sum + bytesOf(record), 0)
}

function bytesOf(record: OutputRecord): number {
  return record.kind === 'value' ? Buffer.byteLength(canonicalJson(record.value)) : record.size
}
