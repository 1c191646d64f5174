import { Group, Stack, Table, Text } from '@mantine/core'
import type { ClusterCheck } from '#core/contract/local-clusters.ts'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** Every check of this machine with its level, what was found and, where something is wrong, what to do about it. */
export function CheckTable({ checks }: { readonly checks: readonly ClusterCheck[] }) {
  const head = (
    <>
      <Table.Th scope="col" w="38%">
        Check and level
      </Table.Th>
      <Table.Th scope="col">What was found, and what to do</Table.Th>
    </>
  )
  return (
    <WideTable label="Checks of this machine" head={head} minWidth={300}>
      {checks.map((check) => (
        <CheckRow key={check.id} check={check} />
      ))}
    </WideTable>
  )
}

function CheckRow({ check: { id, title, level, found, fix } }: { readonly check: ClusterCheck }) {
  return (
    <Table.Tr data-check={id} style={{ verticalAlign: 'top' }}>
      <Table.Th scope="row" fw={400}>
        <Group justify="space-between" gap={4}>
          {title}
          <Status status={level} />
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
