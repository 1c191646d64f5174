import { canonicalJson, type Json } from '#core/base/json.ts'
import type { ContentDifference } from '#core/contract/parity.ts'

/** Values and lines are cut after so many characters. */
const LONGEST = 160

/** A text that is short enough to be shown, on one line. */
export function shown(text: string): string {
  const line = text.replaceAll(/\p{Cc}/gu, (char) => CONTROL[char] ?? '\u{fffd}')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

const CONTROL: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A value as JSON that is short enough to be shown. */
export function shownJson(value: Json | undefined): string | null {
  return value === undefined ? null : shown(canonicalJson(value))
}

type Place = Omit<ContentDifference, 'words'>

/** A difference with its sentence, such as `line 3, column 7: nothing and two`. */
export function difference({ format, place, a, b }: Place): ContentDifference {
  const words = a === null && b === null ? `${place}: differs` : `${place}: ${side(a)} and ${side(b)}`
  return { format, place, a, b, words }
}

function side(text: string | null): string {
  return text === null ? 'nothing' : text === '' ? 'an empty text' : text
}
