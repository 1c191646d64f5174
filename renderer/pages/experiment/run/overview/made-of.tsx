import { List, Table, Text } from '@mantine/core'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

type RunProps = { readonly run: TrackedRunView }

/** Data that the run says it read. */
export function Datasets({ run: { datasets } }: RunProps) {
  if (datasets.length === 0) return null
  return (
    <Section title="Datasets">
      <WideTable
        label="Datasets"
        minWidth={560}
        head={['Name', 'Used for', 'Digest', 'From'].map((name) => (
          <Table.Th key={name} scope="col">
            {name}
          </Table.Th>
        ))}
      >
        {datasets.map(({ name, context, digest, sourceType, source }) => (
          <Table.Tr key={`${name} ${digest} ${context ?? ''}`}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{context ?? '–'}</Table.Td>
            <Table.Td>
              <code>{digest}</code> <Copy text={digest} what={`the digest of ${name}`} />
            </Table.Td>
            <Table.Td>
              <Text size="sm" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
                {sourceType}: {source}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  )
}

/** Models that the run logged or read. */
export function Models({ run: { models } }: RunProps) {
  if (models.length === 0) return null
  return (
    <Section title="Models">
      <List size="sm">
        {models.map(({ id, name, use }) => (
          <List.Item key={`${id} ${use}`}>
            {name} ({use === 'output' ? 'logged' : 'read'}), <code>models:/{id}</code>{' '}
            <Copy text={`models:/${id}`} what={`the address of ${name}`} />
          </List.Item>
        ))}
      </List>
    </Section>
  )
}

/** Versions of registered models that came of the run. */
export function Versions({ run: { versions } }: RunProps) {
  if (versions.length === 0) return null
  return (
    <Section title="Registered as">
      <List size="sm">
        {versions.map(({ model, version }) => (
          <List.Item key={`${model}/${version}`}>
            <TextLink inherit to="/models/$model/versions/$version" params={{ model, version: String(version) }}>
              Version {version} of {model}
            </TextLink>
          </List.Item>
        ))}
      </List>
    </Section>
  )
}
