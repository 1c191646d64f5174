import { Table, Text, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { Copy } from './copy.tsx'
import { WideTable } from './wide-table.tsx'

type SearchFieldProps = {
  /** What is searched, such as `the parameters`. */
  readonly what: string
  readonly value: string
  readonly onChange: (text: string) => void
}

/** A field that narrows what stands below it. */
export function SearchField({ what, value, onChange }: SearchFieldProps) {
  return (
    <TextInput
      aria-label={`Search ${what}`}
      placeholder={`Search ${what}`}
      size="xs"
      w={260}
      leftSection={<Search size={14} aria-hidden />}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  )
}

type PairTableProps = {
  readonly label: string
  /** Heading of the left column, such as `Parameter`. */
  readonly keyTitle: string
  readonly pairs: readonly (readonly [key: string, value: string])[]
  /** What stands there where none is left. */
  readonly empty: ReactNode
}

/** Names with their values, each value to be copied. */
export function PairTable({ label, keyTitle, pairs, empty }: PairTableProps) {
  if (pairs.length === 0) return <Text size="sm">{empty}</Text>
  return (
    <WideTable
      label={label}
      minWidth={320}
      head={
        <>
          <Table.Th scope="col" w="40%">
            {keyTitle}
          </Table.Th>
          <Table.Th scope="col">Value</Table.Th>
          <Table.Th scope="col" w={60}>
            Copy
          </Table.Th>
        </>
      }
    >
      {pairs.map(([key, value]) => (
        <Table.Tr key={key}>
          <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
            {key}
          </Table.Th>
          <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{value}</Table.Td>
          <Table.Td>
            <Copy text={value} what={`the value of ${key}`} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}
