import type { RunnerEnd } from './protocol.ts'

type CommandEnd = { readonly exitCode: number; readonly signal: string | null; readonly outOfMemory?: boolean }

/** In words, why a command that was not asked to stop failed. */
export function exitReason({ exitCode, signal, outOfMemory }: CommandEnd): string {
  if (outOfMemory === true) return 'ran out of memory: raise resources.memory or use less'
  return signal === null ? `exit code ${exitCode}` : `ended by ${signal} (exit code ${exitCode})`
}

/** What was wrong beside the exit code, the time limit included; null where nothing was. */
export function problemOfEnd({ problem, stoppedBy }: RunnerEnd): RunnerEnd['problem'] {
  if (problem !== null || stoppedBy !== 'timeout') return problem
  return { code: 'step_timeout', message: 'the command ran longer than its timeout: raise it, or do less' }
}
