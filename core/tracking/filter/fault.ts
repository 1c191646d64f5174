import { Problem } from '#core/base/problem.ts'

const MOST_SHOWN = 60

/** What a fault is about: a text and where it stands in the filter, from 0. */
export type Spot = { readonly text: string; readonly at: number }

/** A fault without a place. */
export function refusal(message: string): Problem {
  return new Problem('tracking_invalid', message)
}

/** A fault of a filter: the words that a client may look for, then the place. */
export function fault(message: string, spot: Spot): Problem {
  const where = spot.text === '' ? 'at the end' : `at character ${spot.at + 1}`
  return refusal(`${message} (${where} of the filter or order)`)
}

/** A fault of the sentence as such: what was found, and what could stand there. */
export function invalidClause(spot: Spot, expected: string): Problem {
  const found = spot.text === '' ? 'the text ends' : shown(spot.text)
  return fault(`Invalid clause(s) in filter string: ${found}: ${expected}`, spot)
}

/** A text in quotes, cut where it is long. */
export function shown(text: string): string {
  return `'${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}'`
}
