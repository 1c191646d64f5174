import { Group, Stack, Table, Text } from '@mantine/core'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import type { DoneCheck } from './tests.ts'

type TableProps = { readonly checks: readonly DoneCheck[]; readonly target: string }

/** Every check with what was found and, where something is wrong, what to do about it. It fits a narrow window. */
export function CheckTable({ checks, target }: TableProps) {
  const head = (
    <>
      <Table.Th scope="col" w="38%">
        Check and result
      </Table.Th>
      <Table.Th scope="col">What was found, and what to do</Table.Th>
    </>
  )
  return (
    <WideTable label={`Checks of ${target}`} head={head} minWidth={320}>
      {checks.map((check) => (
        <CheckRow key={check.id} check={check} />
      ))}
    </WideTable>
  )
}

function CheckRow({ check: { id, title, status, found, fix } }: { readonly check: DoneCheck }) {
  return (
    <Table.Tr data-check={id} style={{ verticalAlign: 'top' }}>
      <Table.Th scope="row" fw={400}>
        <Group justify="space-between" gap={4}>
          {title}
          <Status status={status} />
        </Group>
      </Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <Stack gap={4}>
          <Text size="sm">{found}</Text>
          {fix !== null && (
            <Text size="sm">
              <Text span inherit fw={600}>
                Fix:
              </Text>{' '}
              {fix}
            </Text>
          )}
        </Stack>
      </Table.Td>
    </Table.Tr>
  )
}
