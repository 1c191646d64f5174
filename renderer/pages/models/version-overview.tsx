import { Code, Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { VersionView } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { EditableText } from '#renderer/ui/editable-text.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { TagEditor } from '#renderer/ui/tag-editor.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { AddAlias, AliasChip } from './alias-chip.tsx'
import { loadLines, pipLine } from './load-lines.ts'
import { RunOfVersion } from './run-of-version.tsx'
import { Signature } from './signature.tsx'
import { useAliases } from './use-aliases.tsx'
import { useModelCalls } from './use-model-calls.ts'
import { StageSelect } from './version-line.tsx'
import classes from './models.module.css'

type VersionProps = { readonly version: VersionView }

/** What a version is, how it is loaded, what it takes and gives, and what it needs. */
export function VersionOverview({ version }: VersionProps) {
  const { model, tags } = version
  const { call } = useModelCalls()
  const which = { model, version: String(version.version) }
  return (
    <Stack gap="lg">
      <About version={version} />
      <Section title="How to load it">
        <LoadLines version={version} />
      </Section>
      <Section title="Signature">
        <Signature signature={version.signature} />
      </Section>
      <Section title="Requirements">
        <Requirements lines={version.requirements} />
      </Section>
      <Section title="Flavors">
        <Flavors flavors={version.flavors} />
      </Section>
      <Section title="Tags">
        <TagEditor
          label="Tags of the version"
          tags={Object.entries(tags)}
          onSet={(wanted) => call((client) => client.updateModelVersion({ ...which, tags: wanted }))}
        />
      </Section>
    </Stack>
  )
}

function About({ version }: VersionProps) {
  const { model, createdAt, updatedAt, user, description, source, run, files, bytes } = version
  const { call } = useModelCalls()
  const which = { model, version: String(version.version) }
  return (
    <Facts label="About the version">
      <Fact name="Aliases">
        <VersionAliases version={version} />
      </Fact>
      <Fact name="Stage">
        <StageSelect version={version} />
      </Fact>
      <Fact name="Description">
        <EditableText
          what="description"
          text={description}
          empty="None yet."
          isLong
          onSave={(text) => call((client) => client.updateModelVersion({ ...which, description: text }))}
        />
      </Fact>
      <Fact name="Made">
        <Time iso={createdAt} />
        {user !== null && ` by ${user}`}, changed <Time iso={updatedAt} />
      </Fact>
      <Fact name="Run">{run === null ? 'not known' : <RunOfVersion run={run} />}</Fact>
      <Fact name="Source">
        <Group gap={4} wrap="nowrap">
          <Code>{source}</Code>
          <Copy text={source} what="the source" />
        </Group>
      </Fact>
      <Fact name="Files">
        {files.toLocaleString()}, {bytesText(bytes)}
      </Fact>
    </Facts>
  )
}

function VersionAliases({ version: { model, version, aliases: names } }: VersionProps) {
  const client = useClient()
  const [said, setSaid] = useState('')
  const aliases = useAliases({ name: model }, setSaid)
  const { data } = useQuery(modelQueries.one(client, model))
  const latest = data?.latest ?? version
  const others = Array.from({ length: latest }, (_, index) => latest - index)
  return (
    <div className={classes.aliases}>
      {names.map((alias) => (
        <AliasChip key={alias} alias={alias} version={version} others={others} aliases={aliases} />
      ))}
      <AddAlias version={version} aliases={aliases} />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </div>
  )
}

function LoadLines({ version }: VersionProps) {
  return (
    <Stack gap="xs" align="flex-start">
      {loadLines(version).map(({ what, text }) => (
        <Group key={text} gap={4} wrap="nowrap">
          <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {text}
          </Code>
          <Copy text={text} what={what} />
        </Group>
      ))}
      <Text size="sm">
        <Code>eval &quot;$(minisub tracking env)&quot;</Code> tells a program where this core is.
      </Text>
    </Stack>
  )
}

function Requirements({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return <Text size="sm">The model names none.</Text>
  return (
    <Stack gap="xs" align="flex-start">
      <Code block>{lines.join('\n')}</Code>
      <Copy text={pipLine(lines)} what="the line for pip" isWide />
    </Stack>
  )
}

function Flavors({ flavors }: Pick<VersionView, 'flavors'>) {
  const entries = Object.entries(flavors)
  if (entries.length === 0) return <Text size="sm">It has no MLmodel file that names any.</Text>
  return (
    <WideTable
      label="Flavors"
      minWidth={400}
      head={
        <>
          <Table.Th scope="col" w="30%">
            Flavor
          </Table.Th>
          <Table.Th scope="col">What it says</Table.Th>
        </>
      }
    >
      {entries.map(([name, value]) => (
        <Table.Tr key={name}>
          <Table.Th scope="row">{name}</Table.Th>
          <Table.Td>
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {JSON.stringify(value, null, 2)}
            </Code>
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}
