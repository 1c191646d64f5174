import { canonicalJson, type Json } from '#core/base/json.ts'
import type { ContentDifference } from '#core/contract/parity.ts'

/** Values and lines are cut after so many UTF-16 units. */
const LONGEST = 160
/** Of what two texts have in common so much is shown where they are long. */
const BEFORE = 40

/** A text that is short enough to be shown, on one line and well-formed. */
export function shown(text: string): string {
  // Before and after: a control character may become two.
  const line = cutText(text, LONGEST + 1).replaceAll(/\p{Cc}/gu, (char) => CONTROL[char] ?? '\u{fffd}')
  return line.length > LONGEST ? `${cutText(line, LONGEST)}…` : line
}

const CONTROL: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** The beginning of a text, of so many UTF-16 units at most and well-formed: no character is cut in two. */
export function cutText(text: string, most: number): string {
  const cut = text.length > most ? text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '') : text
  return cut.toWellFormed()
}

type Both = readonly [a: string | null, b: string | null]

/** Two texts that are short enough to be shown: from shortly before they differ, where that is not near their beginning. */
export function shownBoth(a: string | null, b: string | null): Both {
  if (a === null || b === null) return [a === null ? null : shown(a), b === null ? null : shown(b)]
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  if (at <= LONGEST - BEFORE) return [shown(a), shown(b)]
  const from = (text: string) => `…${shown(text.slice(at - BEFORE).replace(/^[\uDC00-\uDFFF]/, ''))}`
  return [from(a), from(b)]
}

/** A value as JSON, whatever it is: also what a file of JSON holds and no canonical JSON does. */
export function jsonText(value: Json | undefined): string | null {
  if (value === undefined) return null
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  try {
    return canonicalJson(value)
  } catch {
    return JSON.stringify(value, (_, it: unknown) => (typeof it === 'number' && !Number.isFinite(it) ? String(it) : it))
  }
}

/** Two values as JSON, as `shownBoth` shows texts. */
export function shownJsons(a: Json | undefined, b: Json | undefined): Both {
  return shownBoth(jsonText(a), jsonText(b))
}

type Place = Omit<ContentDifference, 'words'>

/** A difference with its sentence, such as `line 3, column 7: nothing and two`. Its sides are cut to be shown. */
export function difference({ format, place: whole, a: one, b: other }: Place): ContentDifference {
  const place = shown(whole)
  const [a, b] = shownBoth(one, other)
  const words = a === null && b === null ? `${place}: differs` : `${place}: ${side(a)} and ${side(b)}`
  return { format, place, a, b, words }
}

function side(text: string | null): string {
  return text === null ? 'nothing' : text === '' ? 'an empty text' : text
}
