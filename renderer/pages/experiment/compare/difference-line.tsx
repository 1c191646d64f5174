import { ActionIcon, Text } from '@mantine/core'
import { FileDiff } from 'lucide-react'
import type { ChangeCompare } from './change.ts'
import classes from './compare.module.css'
import type { Row } from './sections.ts'

/** Stands where a run has nothing. */
export function None() {
  return (
    <Text span size="sm" c="dimmed">
      none
    </Text>
  )
}

type LineProps = {
  readonly row: Row
  readonly isCode: boolean
  readonly isNumber: boolean
  readonly change: ChangeCompare
}

/** One thing in which runs may differ. */
export function Line({ row, isCode, isNumber, change }: LineProps) {
  const { key, values, details, differs } = row
  return (
    <tr data-differs={differs}>
      <th scope="row" className={classes.key}>
        <div className={classes.run}>
          <span className={classes.name} title={key}>
            {differs && <span className={classes.mark} role="img" aria-label="differs" />}
            {key}
          </span>
          {isCode && differs && (
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label={`Show how ${key} differs`}
              onClick={() => change({ file: key, pair: pairOf(values) })}
            >
              <FileDiff size={15} aria-hidden />
            </ActionIcon>
          )}
        </div>
      </th>
      {values.map((value, at) => (
        <td
          // The runs stay in their order.
          // oxlint-disable-next-line react/no-array-index-key
          key={at}
          className={isNumber ? classes.number : undefined}
          data-rare={differs && value !== values[0]}
          title={details?.[at] ?? value ?? undefined}
        >
          {value === null ? (
            <None />
          ) : (
            <>
              {value}
              {isNumber && <span className={classes.detail}>{details?.[at]}</span>}
            </>
          )}
        </td>
      ))}
    </tr>
  )
}

/** The first run, and the first whose value is another. */
function pairOf(values: readonly (string | null)[]): [number, number] {
  return [
    0,
    Math.max(
      1,
      values.findIndex((value) => value !== values[0]),
    ),
  ]
}
