import type { SequencedEvent } from '#core/contract/events.ts'
import { say } from './context.ts'
import { plainText } from './text.ts'

/** Of a run whose cluster is not heard: why, and that it goes on. */
export function lostConnection(reason: string): string {
  return `the connection to the cluster is lost, the run goes on there: ${plainText(reason)}`
}

/** Tells whoever waits for the end of a cancelled run that its cluster is not heard. */
export function sayIfLost(events: readonly SequencedEvent[]): void {
  const last = events.findLast((event) => event.kind === 'run.connection')
  if (last?.kind !== 'run.connection' || last.reason === null) return
  say(
    `${lostConnection(last.reason)}\nit is cancelled when the cluster is heard again; Ctrl-C only ends this waiting, and --force ends the run here`,
  )
}
