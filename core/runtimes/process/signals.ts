import { constants } from 'node:os'

/** Reversed, since of two names for one number the first is the usual one: SIGABRT, not SIGIOT. */
const names = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
)

/** The signal that an exit code of a shell stands for; null for an ordinary exit. */
export function signalOf(exitCode: number): string | null {
  return exitCode > 128 ? (names.get(exitCode - 128) ?? null) : null
}

/** Sends a signal to a process, or to a group by its negative id. False where there is none that we may signal. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false
    throw error
  }
}
