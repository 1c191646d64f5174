import fc from 'fast-check'
import { numberHolds, textHolds, type NumberOperator, type TextOperator } from './sample-meaning.ts'
import { number, numberColumn, textColumn, word, WORDS } from './sample-columns.ts'
import { STATUSES } from '../run-info.ts'
import type { SampleRun } from './sample-store.ts'

/** A filter, and what it means for a run, told in a second way. */
export type Case = { readonly text: string; readonly holds: (run: SampleRun) => boolean }

/** A word with some characters replaced by those that stand for others. */
const pattern = fc
  .tuple(fc.constantFrom(...WORDS, ...STATUSES), fc.infiniteStream(fc.constantFrom('', '', '', '%', '_')))
  .map(([text, wild]) => text.replaceAll(/./gsu, (character) => wild.next().value || character))
const inQuotes = (text: string, double: boolean): string =>
  double ? `"${text.replaceAll('"', '""')}"` : `'${text.replaceAll("'", "''")}'`

const comparison: fc.Arbitrary<Case> = fc.oneof(
  fc
    .tuple(
      textColumn,
      fc.constantFrom<TextOperator[]>('=', '!=', 'LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE'),
      pattern,
      fc.boolean(),
    )
    .map(([column, operator, asked, double]) => ({
      text: `${column.text} ${operator} ${inQuotes(asked, double)}`,
      holds: (run: SampleRun) => column.of(run).some((value) => textHolds(value, operator, asked)),
    })),
  fc
    .tuple(numberColumn, fc.constantFrom<NumberOperator[]>('=', '!=', '<', '<=', '>', '>='), number)
    .map(([column, operator, asked]) => ({
      text: `${column.text}${operator}${asked}`,
      holds: (run: SampleRun) => column.of(run).some((value) => numberHolds(value, operator, asked)),
    })),
  fc.tuple(textColumn, fc.array(word, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([column, list, not]) => ({
    text: `${column.text} ${not ? 'not ' : ''}in (${list.map((value) => inQuotes(value, not)).join(' ,')})`,
    holds: (run: SampleRun) => column.of(run).some((value) => list.includes(value) !== not),
  })),
  fc.tuple(numberColumn, fc.array(number, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([column, list, not]) => ({
    text: `${column.text} ${not ? 'NOT ' : ''}IN(${list.join(',')})`,
    holds: (run: SampleRun) => column.of(run).some((value) => list.includes(value) !== not),
  })),
  fc.tuple(fc.oneof(textColumn, numberColumn), fc.boolean()).map(([column, not]) => ({
    text: `${column.text} is ${not ? 'not ' : ''}null`,
    holds: (run: SampleRun) => column.of(run).length > 0 === not,
  })),
  fc.tuple(numberColumn, number, number, fc.boolean()).map(([column, least, most, not]) => ({
    text: `${column.text} ${not ? 'NOT ' : ''}BETWEEN ${least} AND ${most}`,
    holds: (run: SampleRun) =>
      column.of(run).some((value) => (not ? value < least || value > most : value >= least && value <= most)),
  })),
)

const tied = fc.letrec<{ filter: Case }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparison,
    tie('filter').map((inner) => ({ text: `NOT (${inner.text})`, holds: (run: SampleRun) => !inner.holds(run) })),
    fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => ({
      text: `(${left.text}) AND (${right.text})`,
      holds: (run: SampleRun) => left.holds(run) && right.holds(run),
    })),
    fc.tuple(comparison, comparison, comparison).map(([first, second, third]) => ({
      text: `${first.text} OR ${second.text}\nand ${third.text}`,
      holds: (run: SampleRun) => first.holds(run) || (second.holds(run) && third.holds(run)),
    })),
  ),
}))

/** Filters of all kinds. */
export const filter = tied.filter
