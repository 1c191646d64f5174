import { Button, Code, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import type { PipelineView } from '#core/contract/run.ts'

const SHOWN = 30

/** The steps in their order, and what each waits for. */
export function Steps({ steps }: { readonly steps: PipelineView['steps'] }) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? steps : steps.slice(0, SHOWN)
  return (
    <Stack gap="xs">
      <Table aria-labelledby="steps" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Step</Table.Th>
            <Table.Th>Waits for</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ name, needs }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Code>{name}</Code>
              </Table.Td>
              <Table.Td>{needs.length === 0 ? <Text size="sm">nothing</Text> : needs.join(', ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < steps.length && (
        <Button variant="default" size="xs" onClick={() => setWhole(true)}>
          Show all {steps.length} steps
        </Button>
      )}
    </Stack>
  )
}
