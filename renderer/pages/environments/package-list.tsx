import { Group, Table, Text, TextInput, Title } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { findPackages } from './packages.ts'

/** The packages of an environment, to be searched; the search is in the address. */
export function PackageList({ packages, pythonMinor }: Pick<EnvironmentView, 'packages' | 'pythonMinor'>) {
  const { search } = useSearch({ from: '/environments/$digest' })
  const navigate = useNavigate({ from: '/environments/$digest' })
  const [text, type] = useAddressText(search, (wanted) => void navigate({ search: { search: wanted }, replace: true }))
  const found = findPackages(packages, text)
  return (
    <section aria-labelledby="packages">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="packages">
          Packages
        </Title>
        {packages.length > 0 && (
          <TextInput
            aria-label="Search the packages"
            placeholder="Search the packages"
            leftSection={<Search size={16} aria-hidden />}
            value={text}
            onChange={({ currentTarget }) => type(currentTarget.value)}
          />
        )}
      </Group>
      <Text size="sm" role="status" mb="xs">
        {packages.length === 0
          ? pythonMinor === null
            ? 'It was not made from a list of packages.'
            : 'It holds Python alone.'
          : `${found.length.toLocaleString()} of ${packages.length.toLocaleString()}`}
      </Text>
      {found.length > 0 && (
        <Table aria-label="Packages" verticalSpacing={4} maw={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Name</Table.Th>
              <Table.Th scope="col">Version</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.map(({ name, version }) => (
              <Table.Tr key={`${name} ${version}`}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>{version}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  )
}
