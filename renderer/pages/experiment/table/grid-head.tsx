import { Checkbox } from '@mantine/core'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { memo, useMemo } from 'react'
import { idOf, identifierOf, nextSort, titleOf, type Column } from '../columns.ts'
import type { Line } from '../lines.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import type { Selection } from '../use-selection.ts'
import classes from './grid.module.css'
import { runsOfLine } from './keys.ts'
import { NAME } from './widths.ts'

/** Which columns are drawn, and where. */
export type InSight = {
  readonly columns: readonly Column[]
  readonly first: number
  readonly last: number
  /** Px from the end of the name. */
  readonly starts: readonly number[]
  readonly widths: readonly number[]
  readonly width: number
}
type HeadProps = { readonly inSight: InSight; readonly lines: readonly Line[]; readonly selection: Selection }

const RUN: Column = { kind: 'attributes', key: 'run_name' }

/** The names of the columns, which stay in sight; a click sorts by one. */
export function GridHead({ inSight, lines, selection }: HeadProps) {
  const { columns, first, last, starts, widths } = inSight
  const isAll = useMemo(
    () => lines.length > 0 && lines.every((line) => runsOfLine(line).every((id) => selection.ids.has(id))),
    [lines, selection.ids],
  )
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1} className={classes.headRow}>
        <div
          role="columnheader"
          aria-colindex={1}
          className={classes.nameHead}
          style={{ width: NAME }}
          aria-sort={useSortOf(RUN).word}
        >
          <Checkbox
            size="xs"
            aria-label="Select all that were read"
            checked={isAll}
            indeterminate={!isAll && selection.ids.size > 0}
            onChange={() => selection.set(isAll ? [] : lines.flatMap(runsOfLine))}
          />
          <SortButton column={RUN} />
        </div>
        {columns.slice(first, last + 1).map((column, at) => (
          <Head
            key={idOf(column)}
            column={column}
            index={first + at}
            left={NAME + (starts[first + at] ?? 0)}
            width={widths[first + at] ?? 0}
          />
        ))}
      </div>
    </div>
  )
}

type OneProps = { readonly column: Column; readonly index: number; readonly left: number; readonly width: number }

const Head = memo(function Head({ column, index, left, width }: OneProps) {
  const { word } = useSortOf(column)
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={word}
      className={classes.cell}
      data-kind={column.kind}
      style={{ left, width }}
      title={`${column.kind === 'attributes' ? '' : `${column.kind}: `}${titleOf(column)}`}
    >
      <SortButton column={column} />
    </div>
  )
})

function useSortOf(column: Column): { readonly word: 'ascending' | 'descending' | 'none' | undefined } {
  const { sort } = useExperimentSearch()
  if (identifierOf(column) === undefined) return { word: undefined }
  if (sort === idOf(column)) return { word: 'ascending' }
  return { word: sort === `-${idOf(column)}` ? 'descending' : 'none' }
}

function SortButton({ column }: { readonly column: Column }) {
  const { sort } = useExperimentSearch()
  const change = useChange()
  const { word } = useSortOf(column)
  if (word === undefined) return <span className={classes.title}>{titleOf(column)}</span>
  return (
    <button
      type="button"
      className={classes.sort}
      onClick={() => change({ sort: nextSort(sort, idOf(column)), open: undefined })}
    >
      <span className={classes.title}>{titleOf(column)}</span>
      {word === 'ascending' && <ArrowUp size={13} aria-hidden />}
      {word === 'descending' && <ArrowDown size={13} aria-hidden />}
    </button>
  )
}
