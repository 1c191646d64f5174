import { problemOfEnd, signalOf, type RunnerEnd } from '#core/attempts/index.ts'
import type { Exit } from './driver.ts'

/** How a part ended, by what its step runner told. */
export function exitOfEnd(end: RunnerEnd, startedAt: number): Exit {
  const exitCode = end.exitCode ?? 1
  const problem = problemOfEnd(end)
  return {
    startedAt,
    finishedAt: Math.max(startedAt, end.finishedAt),
    exitCode,
    signal: signalOf(exitCode),
    usage: { cpuSeconds: end.cpuSeconds, peakMemoryBytes: end.peakMemoryBytes },
    ...(end.outOfMemory ? { outOfMemory: true } : {}),
    ...(end.stoppedBy === 'signal' ? { stopped: true } : {}),
    ...(problem === null ? {} : { problem }),
  }
}
