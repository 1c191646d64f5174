/** What we answer otherwise than the reference on purpose. */
export type Deviation = {
  readonly reason: string
  /** From the name of a request to the lines in which `compare` tells the difference; `…` stands for the rest of one. */
  readonly requests: Readonly<Record<string, readonly string[]>>
}

/** Whether the lines are those that the deviation foretells. */
export function isForetold(lines: readonly string[], foretold: readonly string[]): boolean {
  return lines.length === foretold.length && foretold.every((text, index) => isLine(lines[index] ?? '', text))
}

function isLine(line: string, foretold: string): boolean {
  return foretold.endsWith('…') ? line.startsWith(foretold.slice(0, -1)) : line === foretold
}
