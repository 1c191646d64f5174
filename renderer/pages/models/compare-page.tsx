import { Group, Switch, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ArrowLeftRight, GitCompareArrows } from 'lucide-react'
import type { VersionDifference, VersionRow } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import classes from './models.module.css'

const FROM = { from: '/models/$model/compare' } as const

/** How two versions of a model differ. */
export function ComparePage() {
  const { model } = useParams(FROM)
  const { left, right } = useSearch(FROM)
  const isWhole = left !== undefined && right !== undefined
  return (
    <Page title={`Versions of ${model}`}>
      <Text size="sm">
        <TextLink to="/models/$model" params={{ model }} search={{ left, right }}>
          All versions of {model}
        </TextLink>
      </Text>
      {isWhole ? <Pair model={model} left={left} right={right} /> : <NothingChosen model={model} />}
    </Page>
  )
}

function NothingChosen({ model }: { readonly model: string }) {
  return (
    <EmptyState
      icon={GitCompareArrows}
      title="Two versions are needed"
      action={
        <ButtonLink to="/models/$model" params={{ model }} variant="default">
          Choose them
        </ButtonLink>
      }
    >
      The address names no two versions.
    </EmptyState>
  )
}

type PairProps = { readonly model: string; readonly left: string; readonly right: string }

function Pair({ model, left, right }: PairProps) {
  const client = useClient()
  const { only } = useSearch(FROM)
  const navigate = useNavigate(FROM)
  const { data, error, refetch } = useQuery(modelQueries.difference(client, model, { left, right }))
  const toggle = (isOn: boolean) =>
    void navigate({ search: (old) => ({ ...old, only: isOn ? 'differences' : undefined }), replace: true })
  if (data === undefined) {
    if (error === null) return <Waiting what="the versions" />
    return <ProblemAlert title="They cannot be compared" message={error.message} onRetry={() => void refetch()} />
  }
  return (
    <>
      <Group gap="md">
        <Switch
          label="Only differences"
          checked={only === 'differences'}
          onChange={({ currentTarget }) => toggle(currentTarget.checked)}
        />
        <ButtonLink
          from={FROM.from}
          to="/models/$model/compare"
          params={{ model }}
          search={{ left: right, right: left, only }}
          size="xs"
          variant="default"
          leftSection={<ArrowLeftRight size={14} aria-hidden />}
        >
          Swap sides
        </ButtonLink>
      </Group>
      <Heading data={data} />
      {PARTS.map(({ part, title }) => (
        <Part key={part} title={title} lines={data[part]} data={data} isShort={only === 'differences'} />
      ))}
    </>
  )
}

const PARTS = [
  { part: 'params', title: 'Parameters' },
  { part: 'metrics', title: 'Metrics' },
  { part: 'signature', title: 'Signature' },
  { part: 'requirements', title: 'Requirements' },
  { part: 'tags', title: 'Tags' },
  { part: 'files', title: 'Files' },
] as const

function Heading({ data: { left, right } }: { readonly data: VersionDifference }) {
  const rows: readonly (readonly [string, (version: VersionRow) => React.ReactNode])[] = [
    ['Aliases', ({ aliases }) => (aliases.length === 0 ? 'none' : aliases.map((it) => `@${it}`).join(', '))],
    ['Stage', ({ stage }) => stage],
    ['Created', ({ createdAt }) => <Time iso={createdAt} />],
    ['Source', ({ source }) => <code>{source}</code>],
    ['Description', ({ description }) => (description === '' ? 'none' : description)],
  ]
  return (
    <WideTable label="The two versions" minWidth={520} head={<Heads left={left} right={right} title="About" />}>
      {rows.map(([name, cell]) => (
        <Table.Tr key={name}>
          <Table.Th scope="row">{name}</Table.Th>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>{cell(left)}</Table.Td>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>{cell(right)}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

type HeadsProps = { readonly left: VersionRow; readonly right: VersionRow; readonly title: string }

function Heads({ left, right, title }: HeadsProps) {
  return (
    <>
      <Table.Th scope="col" w="28%">
        {title}
      </Table.Th>
      {[left, right].map(({ model, version }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a version may stand on both sides
        <Table.Th scope="col" w="36%" key={index}>
          <TextLink inherit to="/models/$model/versions/$version" params={{ model, version: String(version) }}>
            Version {version}
          </TextLink>
        </Table.Th>
      ))}
    </>
  )
}

type PartProps = {
  readonly title: string
  readonly lines: VersionDifference['params']
  readonly data: VersionDifference
  readonly isShort: boolean
}

function Part({ title, lines, data: { left, right }, isShort }: PartProps) {
  const differences = lines.filter(({ differs }) => differs).length
  const shown = isShort ? lines.filter(({ differs }) => differs) : lines
  return (
    <Section title={title}>
      <Text size="sm" mb={shown.length === 0 ? 0 : 'xs'}>
        {lines.length === 0
          ? 'Neither has any.'
          : `${differences.toLocaleString()} of ${lines.length.toLocaleString()} differ.`}
      </Text>
      {shown.length > 0 && (
        <WideTable label={title} minWidth={520} head={<Heads left={left} right={right} title="Name" />}>
          {shown.map((line) => (
            <Table.Tr key={line.key} className={line.differs ? classes.differs : undefined}>
              <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                {line.key}
                {line.differs && !isShort && <strong> (differs)</strong>}
              </Table.Th>
              <Side text={line.left} />
              <Side text={line.right} />
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Section>
  )
}

/** Hashes are told apart by their beginning. */
const HASH = /^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/

function Side({ text }: { readonly text: string | null }) {
  const short = text === null ? undefined : HASH.exec(text)?.[1]
  return (
    <Table.Td style={{ overflowWrap: 'anywhere' }} title={short === undefined ? undefined : (text ?? undefined)}>
      {short === undefined ? (text ?? '–') : <code>{short}…</code>}
    </Table.Td>
  )
}
