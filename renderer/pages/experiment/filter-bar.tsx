import { ActionIcon, Code, Group, Popover, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CircleHelp } from 'lucide-react'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { runsText } from './actions.ts'
import { FilterField } from './filter-field.tsx'
import { useChange, useExperimentSearch } from './use-search.ts'

const EXAMPLES = [
  "metrics.loss@min < 0.3 AND params.depth = '4'",
  "status = 'FAILED' OR tags.note IS NOT NULL",
  "(run_name LIKE 'wine%' OR metrics.`val loss` > 1) AND NOT params.lr = '0.1'",
]

type BarProps = { readonly problem: string | undefined; readonly isBusy: boolean; readonly total: number | undefined }

/** Narrows the runs; what the core says of a wrong filter stands below it. */
export function FilterBar({ problem, total }: BarProps) {
  const { filter } = useExperimentSearch()
  const change = useChange()
  return (
    <Group align="flex-start" gap="xs" role="search" aria-label="Runs" wrap="nowrap">
      <FilterField
        filter={filter ?? ''}
        problem={problem}
        onFilter={(wanted) => change({ filter: wanted === '' ? undefined : wanted })}
      />
      <FilterHelp />
      <Text size="sm" miw={90} ta="right" lh="36px" role="status">
        {total === undefined ? '' : runsText(total)}
      </Text>
    </Group>
  )
}

function FilterHelp() {
  const client = useClient()
  const { data } = useQuery(experimentQueries.filterHelp(client))
  return (
    <Popover width={640} position="bottom-end" trapFocus withinPortal={false} shadow="md">
      <Popover.Target>
        <ActionIcon variant="default" size={36} aria-label="What a filter is made of">
          <CircleHelp size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="What a filter is made of">
        <Stack gap="xs" mah="60vh" style={{ overflowY: 'auto' }} tabIndex={0}>
          <Text size="sm">
            Comparisons with <Code>AND</Code>, <Code>OR</Code>, <Code>NOT</Code> and parentheses. Texts stand in quotes,
            keys with blanks in backticks.
          </Text>
          {EXAMPLES.map((example) => (
            <Code block key={example}>
              {example}
            </Code>
          ))}
          <Table aria-label="Names and their operators" fz="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Name</Table.Th>
                <Table.Th scope="col">Operators</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {(data?.identifiers ?? []).map(({ text, open, operators, folds }) => (
                <Table.Tr key={text}>
                  <Table.Td>
                    <code>{open ? `${text}KEY` : text}</code> {folds.join(' ')}
                  </Table.Td>
                  <Table.Td>{operators.join(' ')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
