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
