import type { SequencedEvent } from '#core/contract/events.ts'
import type { RunGraph } from '#core/contract/run-graph.ts'
import { stepRun } from './normalise.ts'

/**
 * What is out of order in the events of a run, in words; undefined where nothing is. Numbers count from 1 without gaps,
 * a step begins when everything that it waits for is final, an attempt begins when the one before it has ended, and
 * nothing follows the end of the run.
 */
export function orderFault(events: readonly SequencedEvent[], steps: RunGraph['steps']): string | undefined {
  const last = new Map<string, number>()
  const running = new Set<string>()
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1) return `event ${index + 1} has the number ${event.seq}`
    if (event.kind === 'run.finished' && index < events.length - 1) return 'an event follows run.finished'
    if (!('step' in event)) continue
    last.set(event.step, event.seq)
    if (!('attempt' in event)) continue
    const name = stepRun(event.step, event.item)
    if (event.kind === 'attempt.created' && running.has(name)) return `${name} has two attempts at a time`
    if (event.kind === 'attempt.created') running.add(name)
    else if (!running.has(name)) return `${name} has ${event.kind} without an attempt`
    if (event.kind === 'attempt.finished') running.delete(name)
  }
  return edgeFault(events, steps, last)
}

function edgeFault(
  events: readonly SequencedEvent[],
  steps: RunGraph['steps'],
  last: ReadonlyMap<string, number>,
): string | undefined {
  for (const { name, needs } of steps) {
    const begun = events.find((event) => 'step' in event && event.step === name && event.kind !== 'step.skipped')?.seq
    const early = needs.find((above) => begun !== undefined && (last.get(above) ?? 0) > begun)
    if (early !== undefined) return `${name} began before ${early} was over`
  }
  return undefined
}
