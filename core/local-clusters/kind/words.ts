const MAX = 500
const COMMAND = /command "((?:[^"\\]|\\.)*)" failed with error: ([^\n]*)/g

/**
 * What went wrong in kind's own words, on one line: its line `ERROR: …` with long commands made short, and the last line
 * of the output of the command that failed. The last line that there is where kind gives no reason.
 */
export function kindWords(lines: readonly string[]): string {
  const at = lines.findLastIndex((line) => line.startsWith('ERROR: '))
  const error = lines[at]?.slice('ERROR: '.length)
  if (error === undefined) return short(lines.at(-1) ?? 'it said nothing')
  const main = error.replace(COMMAND, (_, command: string, end: string) => `${shortCommand(command)} failed, ${end}`)
  const after = lines.slice(at + 1).map((line) => line.replace(/^Command Output: /, ''))
  const reason = after.findLast((line) => /error|failed|denied|cannot|no such/i.test(line)) ?? after[0]
  return short(reason === undefined ? main : `${main}; ${reason.trim()}`)
}

/** `docker run` of `docker run --name …`; what runs in a node is told without the way in. */
function shortCommand(command: string): string {
  const inNode = /^\S+ exec (?:--?\S+ )*(\S+) (\S+(?: \w+)?)/.exec(command)
  if (inNode !== null) return `${inNode[2] ?? ''} in ${inNode[1] ?? ''}`
  return command.split(' ').slice(0, 2).join(' ')
}

function short(text: string): string {
  return text.length <= MAX ? text : `${text.slice(0, MAX - 1)}…`
}
