// oxlint-disable-next-line no-control-regex -- these are what terminals are told with
const TERMINAL = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
const EMOJI = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{FE0F}|\u{200D}/gu
// oxlint-disable-next-line no-control-regex -- no line has these
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g
/** A longer line is cut. */
const MAX_LINE = 4_000

/** A line as people and rules read it: without colours, emoji and control characters, and without spaces at its end. */
export function plainLine(line: string): string {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  return last.slice(0, MAX_LINE).replace(TERMINAL, '').replace(EMOJI, '').replace(CONTROL, '').trimEnd()
}

/** Reads text that comes in pieces as lines; the last one also without its end. Empty lines are left out. */
export async function eachLine(text: AsyncIterable<string>, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  const tell = (line: string): void => {
    const plain = plainLine(line)
    if (plain !== '') onLine(plain)
  }
  for await (const piece of text) {
    const lines = `${rest}${piece}`.split('\n')
    rest = lines.pop() ?? ''
    // Who prints without ever ending a line fills no memory.
    if (rest.length > 4 * MAX_LINE) rest = rest.slice(0, MAX_LINE)
    for (const line of lines) tell(line)
  }
  tell(rest)
}
