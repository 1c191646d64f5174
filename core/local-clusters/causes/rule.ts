/** What is known to go wrong, and how it is told from other things. */
export type CauseRule = {
  readonly id: string
  /** Found in one text of lines: messages and output, or logs of nodes. */
  readonly pattern: RegExp
  /** One sentence without its end. */
  readonly cause: string
  /** What to do about it. */
  readonly fix: string
}
