import { Group, SegmentedControl, Text } from '@mantine/core'
import type { CSSProperties } from 'react'
import { useChangeSearch, useRunSearch } from '../search.ts'
import { accuracyOf, sharesOf, type Matrix } from './matrix.ts'
import classes from './matrix.module.css'

const SHARES = [
  { value: 'count', label: 'Counts' },
  { value: 'row', label: '% of row' },
  { value: 'column', label: '% of column' },
  { value: 'all', label: '% of all' },
] as const

const PERCENT = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 })

/** A confusion matrix as a table whose cells are coloured by their part of the row, or of what is chosen. */
export function HeatMap({ matrix }: { readonly matrix: Matrix }) {
  const { share } = useRunSearch()
  const change = useChangeSearch()
  const accuracy = accuracyOf(matrix)
  const show = (value: string) => {
    const wanted = SHARES.find((it) => it.value === value)?.value
    if (wanted !== undefined) change({ share: wanted === 'count' ? undefined : wanted })
  }
  return (
    <>
      <Group gap="md">
        <SegmentedControl
          aria-label="Numbers as"
          size="xs"
          data={[...SHARES]}
          value={share ?? 'count'}
          onChange={show}
        />
        <Text size="sm">
          Rows are true, columns predicted.{accuracy !== undefined && ` On the diagonal: ${PERCENT.format(accuracy)}.`}
        </Text>
      </Group>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={classes.scroller} role="region" aria-label="Confusion matrix" tabIndex={0}>
        <Cells matrix={matrix} />
      </div>
    </>
  )
}

function Cells({ matrix }: { readonly matrix: Matrix }) {
  const { share } = useRunSearch()
  const { rows, columns, cells } = matrix
  const shares = sharesOf(matrix, share ?? 'row')
  const most = share === 'all' ? Math.max(...shares.flat()) : 1
  return (
    <table className={classes.matrix} aria-label="Confusion matrix">
      <thead>
        <tr>
          <td className={classes.corner}>true \ predicted</td>
          {columns.map((name, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- labels may be alike
            <th key={at} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {cells.map((row, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- labels may be alike
          <tr key={at}>
            <th scope="row">{rows[at]}</th>
            {row.map((count, column) => {
              const part = shares[at]?.[column] ?? 0
              return (
                <td
                  // oxlint-disable-next-line react/no-array-index-key -- a cell is its column
                  key={column}
                  data-right={at === column || undefined}
                  style={{ '--part': `${Math.round((most === 0 ? 0 : part / most) * 100)}%` } as CSSProperties}
                  title={`true ${rows[at] ?? ''}, predicted ${columns[column] ?? ''}: ${count}`}
                >
                  {share === undefined ? count.toLocaleString() : PERCENT.format(part)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
