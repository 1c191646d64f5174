import type { FilterHelpView, TrackedColumns } from '#core/contract/tracking.ts'
import { quoted } from './columns.ts'

export type Suggestion = {
  /** What is written in place of the word that is being typed. */
  readonly text: string
  /** What it is. */
  readonly hint: string
}
export type Completion = { readonly from: number; readonly to: number; readonly suggestions: readonly Suggestion[] }

const MOST = 12
const STATUSES = ['FINISHED', 'RUNNING', 'FAILED', 'KILLED', 'SCHEDULED']
const PLAIN = /^[A-Za-z_][A-Za-z0-9_./]*$/

/** What may stand where the caret is in a filter: identifiers, then their operators, values of a status, then words. */
export function completionOf(
  filter: string,
  caret: number,
  known: { readonly help: FilterHelpView; readonly columns: TrackedColumns },
): Completion {
  const before = filter.slice(0, caret)
  const from = wordStart(before)
  const word = before.slice(from)
  const place = placeOf(before.slice(0, from), known.help)
  const offered = place.kind === 'name' ? namesFor(word, known) : optionsOf(place, known.help)
  const wanted = word.toLowerCase().replaceAll('`', '')
  const fitting = offered.filter(({ text }) => text.toLowerCase().replaceAll('`', '').includes(wanted) && text !== word)
  const ranked = fitting.toSorted((a, b) => Number(begins(b, wanted)) - Number(begins(a, wanted)))
  return { from, to: caret, suggestions: ranked.slice(0, MOST) }
}

const begins = ({ text }: Suggestion, word: string): boolean => text.toLowerCase().replaceAll('`', '').startsWith(word)

/** Where the word before the caret begins; backticks and quotes hold blanks together. */
function wordStart(before: string): number {
  let [start, quote] = [0, '']
  for (let at = 0; at < before.length; at += 1) {
    const letter = before[at] ?? ''
    if (quote !== '') {
      if (letter === quote) quote = ''
    } else if (letter === '`' || letter === '"' || letter === "'") quote = letter
    else if (/[\s()]/.test(letter)) start = at + 1
  }
  return start
}

type Place =
  | { readonly kind: 'name' }
  | { readonly kind: 'word' }
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'value'; readonly name: string }

const TOKEN = /`[^`]*`|"[^"]*"|'[^']*'|[()]|[^\s()`"']+(?:`[^`]*`|"[^"]*")?[^\s()`"']*/g
const OPERATORS = new Set(['=', '!=', '<', '<=', '>', '>=', 'LIKE', 'ILIKE', 'IN', 'IS', 'NOT IN'])

/** What the sentence so far asks for next. */
function placeOf(sentence: string, help: FilterHelpView): Place {
  const tokens = sentence.match(TOKEN) ?? []
  const last = tokens.at(-1)
  if (last === undefined || last === '(' || ['AND', 'OR'].includes(last.toUpperCase())) return { kind: 'name' }
  if (last.toUpperCase() === 'NOT' && !isName(tokens.at(-2), help)) return { kind: 'name' }
  if (isName(last, help)) return { kind: 'operator', name: last }
  const name = tokens.at(-2)
  if (OPERATORS.has(last.toUpperCase()) && name !== undefined) return { kind: 'value', name }
  return { kind: 'word' }
}

function isName(token: string | undefined, help: FilterHelpView): boolean {
  if (token === undefined) return false
  return help.identifiers.some(({ text, open }) =>
    open ? token.startsWith(text) : token === text || text.endsWith(`.${token}`),
  )
}

function optionsOf(place: Exclude<Place, { readonly kind: 'name' }>, help: FilterHelpView): Suggestion[] {
  if (place.kind === 'word') return ['AND', 'OR'].map((text) => ({ text, hint: 'goes on' }))
  const identifier = help.identifiers.find(({ text, open }) =>
    open ? place.name.startsWith(text) : text.endsWith(place.name),
  )
  if (place.kind === 'operator') {
    return (identifier?.operators ?? []).map((text) => ({ text, hint: identifier?.type ?? '' }))
  }
  return place.name.endsWith('status') ? STATUSES.map((text) => ({ text: `'${text}'`, hint: 'a status' })) : []
}

function namesFor(word: string, { help, columns }: { help: FilterHelpView; columns: TrackedColumns }): Suggestion[] {
  const keys = { 'metrics.': columns.metrics, 'params.': columns.params, 'tags.': columns.tags }
  const fold = word.lastIndexOf('@')
  return help.identifiers.flatMap(({ text, open, type, folds }): Suggestion[] => {
    if (!open) return [{ text, hint: type }]
    const own = keys[text as keyof typeof keys] ?? []
    const named = own.map(({ key, runs }) => ({
      text: `${text}${PLAIN.test(key) ? key : quoted(key)}`,
      hint: runs === 1 ? '1 run' : `${runs.toLocaleString()} runs`,
    }))
    if (fold > 0) {
      const base = word.slice(0, fold).replaceAll('`', '')
      const fitting = named.filter((it) => it.text.replaceAll('`', '').endsWith(base))
      return fitting.flatMap((it) =>
        folds.map((end) => ({ text: `${it.text}${end}`, hint: FOLD_WORDS[end] ?? 'fold' })),
      )
    }
    return named.length === 0 && word === '' ? [{ text, hint: `${type}, a key follows` }] : named
  })
}

const FOLD_WORDS: Readonly<Record<string, string>> = {
  '@min': 'the least of its values',
  '@max': 'the greatest of its values',
  '@mean': 'the mean of its values',
  '@last': 'the last of its values',
}

/** The filter with a suggestion in place of the word that was typed, and where the caret then is. */
export function completed(
  filter: string,
  { from, to }: Completion,
  { text }: Suggestion,
): { readonly filter: string; readonly caret: number } {
  const isOpen = text.endsWith('.')
  const written = isOpen || filter[to] === ' ' ? text : `${text} `
  const joined = filter.slice(0, from) + written + filter.slice(to)
  return { filter: joined, caret: from + written.length }
}
