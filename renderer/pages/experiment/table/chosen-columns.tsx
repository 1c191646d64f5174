import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { idOf, titleOf, type Column } from '../columns.ts'
import classes from './chooser.module.css'

export type ChosenProps = {
  readonly columns: readonly Column[]
  readonly onChange: (columns: readonly Column[]) => void
  readonly onReset: () => void
}

/** The columns that the table has, in their order, which can be changed. */
export function Chosen({ columns, onChange, onReset }: ChosenProps) {
  const moved = (from: number, to: number) => {
    const column = columns[from]
    return column === undefined ? columns : columns.toSpliced(from, 1).toSpliced(to, 0, column)
  }
  return (
    <section aria-label="Columns that are shown">
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          Shown, from left to right
        </Text>
        <Button size="compact-xs" variant="default" onClick={onReset}>
          The first ones again
        </Button>
      </Group>
      <ol className={classes.chosen}>
        {columns.map((column, at) => (
          <li key={idOf(column)}>
            <Text size="sm" truncate flex={1}>
              {titleOf(column)}
            </Text>
            <Act name={`Move ${titleOf(column)} left`} isOff={at === 0} onClick={() => onChange(moved(at, at - 1))}>
              <ArrowUp size={14} aria-hidden />
            </Act>
            <Act
              name={`Move ${titleOf(column)} right`}
              isOff={at === columns.length - 1}
              onClick={() => onChange(moved(at, at + 1))}
            >
              <ArrowDown size={14} aria-hidden />
            </Act>
            <Act name={`Hide ${titleOf(column)}`} onClick={() => onChange(columns.toSpliced(at, 1))}>
              <X size={14} aria-hidden />
            </Act>
          </li>
        ))}
      </ol>
    </section>
  )
}

type ActProps = {
  readonly name: string
  readonly isOff?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

function Act({ name, isOff = false, onClick, children }: ActProps) {
  return (
    <ActionIcon size="sm" variant="subtle" color="gray" aria-label={name} disabled={isOff} onClick={onClick}>
      {children}
    </ActionIcon>
  )
}
