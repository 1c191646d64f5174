import { readSamples, type RunnerEnd } from '#core/attempts/index.ts'
import { exitOfEnd } from '../exit-of-end.ts'
import type { Exit, FinalState } from '../driver.ts'
import type { ContainerRecord } from './container-record.ts'

/** What an engine says of a container; `gone` where it has none of this name any more. */
export type ContainerState =
  | { readonly phase: 'gone' }
  | { readonly phase: 'created' | 'running' }
  | {
      readonly phase: 'ended'
      readonly exitCode: number
      readonly outOfMemory: boolean
      readonly finishedAt: number
      /** What the engine itself has to say about the end. */
      readonly error: string
    }

/** All that is known of how a container ended. */
export type Evidence = {
  readonly folder: string
  readonly record: ContainerRecord
  readonly end: RunnerEnd | undefined
  readonly stderr: string
  readonly state: ContainerState
}

const KILLED = 137

/** How a part ended. What was stopped or removed by others, or ended with nobody to see how, is lost. */
export function judge({ folder, record, end, stderr, state }: Evidence): FinalState {
  const startedAt = record.startedAt ?? Date.now()
  if (end !== undefined) {
    if (end.stoppedBy === 'signal' && !record.asked) {
      return lost('its container was asked to stop from outside (docker stop, or the end of the engine)')
    }
    return { phase: 'exited', exit: exitOfEnd(end, startedAt) }
  }
  const finishedAt = state.phase === 'ended' ? Math.max(startedAt, state.finishedAt) : Date.now()
  const killed: Exit = { startedAt, finishedAt, exitCode: KILLED, signal: 'SIGKILL', usage: usageOf(folder) }
  if (state.phase === 'ended' && state.outOfMemory) return { phase: 'exited', exit: { ...killed, outOfMemory: true } }
  if (record.asked) return { phase: 'exited', exit: killed }
  if (state.phase !== 'ended') return lost('its container was removed by others')
  const said = [state.error, stderr.trim()].filter((text) => text !== '').join('; ')
  return lost(
    `its container ended with ${state.exitCode} before the step runner told how the command did` +
      (said === '' ? ': it was killed from outside, or the engine went down' : `: ${said}`),
  )
}

function lost(reason: string): FinalState {
  return { phase: 'lost', reason }
}

/** What the samples say, for a runner that was killed before it could. */
function usageOf(folder: string): Exit['usage'] {
  const samples = readSamples(folder)
  const memory = samples.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [memoryBytes]))
  return {
    cpuSeconds: samples.at(-1)?.cpuSeconds ?? null,
    peakMemoryBytes: memory.length === 0 ? null : memory.reduce((most, bytes) => Math.max(most, bytes), 0),
  }
}
