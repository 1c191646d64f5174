import { Checkbox } from '@mantine/core'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { runsText } from '../actions.ts'
import { titleOf } from '../columns.ts'
import { RunLink } from '../run-link.tsx'
import type { RowProps } from './grid-row.tsx'
import classes from './grid.module.css'
import { NAME } from './widths.ts'

const INDENT = 18

/** The first cell of a row, which stays in sight: whether it is selected, what is below it, and its name. */
export function NameCell({ line, index, isSelected, colour, group, onSelect, onToggle }: RowProps) {
  const name = line.kind === 'run' ? line.row.name : line.value
  const members = line.kind === 'run' ? line.members : line.rows.length
  const depth = line.kind === 'run' ? line.depth : 0
  return (
    <div role="gridcell" aria-colindex={1} className={classes.name} style={{ width: NAME }}>
      <Checkbox
        size="xs"
        tabIndex={-1}
        aria-label={`Select ${name}`}
        checked={isSelected}
        onChange={(event) => onSelect(index, (event.nativeEvent as MouseEvent).shiftKey)}
      />
      <span className={classes.fold} style={{ marginLeft: depth * INDENT }}>
        {members > 0 && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${line.isOpen ? 'Close' : 'Open'} ${name}`}
            onClick={() => onToggle(line.id)}
          >
            {line.isOpen ? <ChevronDown size={15} aria-hidden /> : <ChevronRight size={15} aria-hidden />}
          </button>
        )}
      </span>
      {line.kind === 'run' ? (
        <>
          <span className={classes.dot} style={colour === undefined ? undefined : { background: colour }} />
          <RunLink run={line.row} className={classes.link} tabIndex={-1} />
          {members > 0 && <span className={classes.count}>{members}</span>}
        </>
      ) : (
        <>
          <span className={classes.group}>
            {group && titleOf(group)} = {name === '' ? '(none)' : name}
          </span>
          <span className={classes.count}>{runsText(members)}</span>
        </>
      )}
    </div>
  )
}
