import { Badge, Group, Table, Text, UnstyledButton } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { Fragment, useState } from 'react'
import type { ConformanceResult } from '#core/contract/conformance.ts'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { CaseDrawer } from './case-drawer.tsx'
import type { Cell, Group as CaseGroup, Row } from './matrix.ts'

type TableProps = { readonly groups: readonly CaseGroup[]; readonly targets: readonly string[] }
/** What the drawer shows. */
type Opened = { readonly result: ConformanceResult; readonly target: string }

/** Cases as rows in their groups, targets as columns. What a cell says in full is in a drawer. */
export function MatrixTable({ groups, targets }: TableProps) {
  const [opened, setOpened] = useState<Opened>()
  const head = (
    <>
      <Table.Th scope="col">Case</Table.Th>
      {targets.map((target) => (
        <Table.Th scope="col" key={target} w={130}>
          {target}
        </Table.Th>
      ))}
    </>
  )
  return (
    <>
      <WideTable label="Cases by target" head={head} minWidth={200 + 130 * targets.length}>
        {groups.map(({ name, rows }) => (
          <Fragment key={name}>
            <Table.Tr>
              <Table.Th scope="rowgroup" colSpan={targets.length + 1}>
                {name} ({rows.length})
              </Table.Th>
            </Table.Tr>
            {rows.map((row) => (
              <CaseRow
                key={row.name}
                row={row}
                targets={targets}
                onOpen={(result, target) => setOpened({ result, target })}
              />
            ))}
          </Fragment>
        ))}
      </WideTable>
      <CaseDrawer opened={opened} onClose={() => setOpened(undefined)} />
    </>
  )
}

type RowProps = {
  readonly row: Row
  readonly targets: readonly string[]
  readonly onOpen: (result: ConformanceResult, target: string) => void
}

function CaseRow({ row: { name, description, needs, cells }, targets, onOpen }: RowProps) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <Text size="sm" ff="monospace">
          {name}
        </Text>
        <Text size="xs">{description}</Text>
        {needs.length > 0 && (
          <Group gap={4} mt={2}>
            {needs.map((need) => (
              <Badge key={need} size="sm" variant="default" tt="none">
                needs {need}
              </Badge>
            ))}
          </Group>
        )}
      </Table.Th>
      {targets.map((target, index) => (
        <Table.Td key={target}>
          <CellView
            cell={cells[index] ?? { kind: 'none' }}
            name={`${name} on ${target}`}
            onOpen={(result) => onOpen(result, target)}
          />
        </Table.Td>
      ))}
    </Table.Tr>
  )
}

type CellProps = {
  readonly cell: Cell
  readonly name: string
  readonly onOpen: (result: ConformanceResult) => void
}

function CellView({ cell, name, onOpen }: CellProps) {
  if (cell.kind === 'none') return <Text size="sm">not run</Text>
  if (cell.kind === 'waiting') return <Status status="waiting" />
  const { result } = cell
  return (
    <UnstyledButton
      aria-label={`${result.status}: ${name}`}
      aria-haspopup="dialog"
      mih={24}
      onClick={() => onOpen(result)}
    >
      <Group gap={2} wrap="nowrap">
        <Status status={result.status} />
        <ChevronRight size={14} aria-hidden />
      </Group>
    </UnstyledButton>
  )
}
