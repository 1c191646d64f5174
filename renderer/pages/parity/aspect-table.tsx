import { Table, Text } from '@mantine/core'
import type { AspectSummary } from '#core/contract/parity.ts'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { ASPECT_TITLES, LEVELS, shortDigest } from './words.ts'

/** Every aspect with how the runs compare in it. */
export function AspectTable({ aspects }: { readonly aspects: readonly AspectSummary[] }) {
  const head = (
    <>
      <Table.Th scope="col" w={200}>
        Aspect
      </Table.Th>
      <Table.Th scope="col" w={110}>
        Result
      </Table.Th>
      <Table.Th scope="col">A</Table.Th>
      <Table.Th scope="col">B</Table.Th>
    </>
  )
  return (
    <WideTable label="Aspects" minWidth={680} head={head}>
      {aspects.map(({ aspect, level, a, b, words }) => (
        <Table.Tr key={aspect}>
          <Table.Th scope="row" fw={400}>
            {ASPECT_TITLES[aspect]}
            <Text size="xs">{words}</Text>
          </Table.Th>
          <Table.Td>
            <Status {...LEVELS[level]} />
          </Table.Td>
          <Side text={a} />
          <Side text={b} />
        </Table.Tr>
      ))}
    </WideTable>
  )
}

function Side({ text }: { readonly text: string }) {
  return (
    <Table.Td style={{ overflowWrap: 'anywhere' }} title={text}>
      {shortDigest(text)}
    </Table.Td>
  )
}
