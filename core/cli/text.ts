import { stripVTControlCharacters } from 'node:util'

const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u
const COMBINING = /^\p{M}$/u

/** Columns that a text without control characters takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text) width += charWidth(char)
  return width
}

function charWidth(char: string): number {
  if (char < '\u0300') return 1
  if (WIDE.test(char)) return 2
  return COMBINING.test(char) || char === '\u200d' ? 0 : 1
}

/** A text of at most that many columns, ending in … where it was cut. */
export function cutText(text: string, limit: number): string {
  if (limit <= 0) return ''
  if (textWidth(text) <= limit) return text
  let kept = ''
  let width = 0
  for (const char of text) {
    width += charWidth(char)
    if (width > limit - 1) break
    kept += char
  }
  return `${kept}…`
}

/** A text made harmless for a terminal: one line, without escape sequences and control characters. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
}

// oxlint-disable-next-line no-control-regex -- that is what a colour begins with
const COLOUR = /\u001b\[[\d;:]*m/gu

/** A log line for a terminal: colours stay, whatever else could steer the terminal goes. */
export function colouredLine(line: string): string {
  let result = ''
  let from = 0
  for (const match of line.matchAll(COLOUR)) {
    result += controlFree(line.slice(from, match.index)) + match[0]
    from = match.index + match[0].length
  }
  const rest = controlFree(line.slice(from))
  return from === 0 ? rest : `${result}${rest}\u001b[0m`
}

function controlFree(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\t]/gu, '')
}

/** A text as one word of a POSIX shell, in quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** `1 step`, `2 steps`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A table of left-aligned columns without borders; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, textWidth(cell))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - textWidth(cell))))
      .join('  ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}

/** `2026-11-01 12:00:00` on the clock of this machine. */
export function localTime(iso: string): string {
  const date = new Date(iso)
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}
