import type { CauseRule } from './rule.ts'
import { GENERAL } from './rules-general.ts'
import { SPECIFIC } from './rules.ts'

export { readNodeLogs } from './read-logs.ts'

const MAX_LINE = 4_000

/** All that is known of a failure. */
export type FailureRecord = {
  /** Message of the Problem. */
  readonly message: string
  /** What was printed. */
  readonly output: readonly string[]
  /** Lines of the logs of the nodes. */
  readonly logs: readonly string[]
}

export type Cause = {
  /** Stable, such as `inotify`. */
  readonly id: string
  /** One sentence without its end. */
  readonly cause: string
  readonly fix: string
}

/**
 * The likely cause of a cluster that could not be made; undefined where none of those that are known fits. What was printed
 * counts before what the nodes logged, and what has one cause before what several things lead to; of those healthy nodes
 * log something too, so they count where they were printed.
 */
export function likelyCause({ message, output, logs }: FailureRecord): Cause | undefined {
  const printed = textOf([...message.split('\n'), ...output])
  const logged = textOf(logs)
  const rule = find(SPECIFIC, printed) ?? find(SPECIFIC, logged) ?? find(GENERAL, printed)
  if (rule === undefined) return undefined
  const { id, cause, fix } = rule
  return { id, cause, fix }
}

/** What stands in one line is looked for again and again from each place of it: a long one is cut. */
function textOf(lines: readonly string[]): string {
  return lines.map((line) => line.slice(0, MAX_LINE)).join('\n')
}

function find(rules: readonly CauseRule[], text: string): CauseRule | undefined {
  return rules.find(({ pattern }) => pattern.test(text))
}
