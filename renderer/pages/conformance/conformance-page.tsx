import { Code, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import type { ConformanceView } from '#core/contract/conformance.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { filtered, matrixOf, targetsOf } from './matrix.ts'
import { MatrixTable } from './matrix-table.tsx'
import { TargetCards } from './target-cards.tsx'

const FROM = { from: '/settings/conformance' } as const

/** Cases that every target must pass, and whether it does: the same pipeline is to give the same everywhere. */
export function ConformancePage() {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.conformance(client))
  return (
    <Page title="Conformance">
      <Text maw={760}>
        Each case is a small pipeline with what it must give: result, events and step keys. A target that passes them
        all gives the same as every other. They run in a data folder of their own and leave nothing.
      </Text>
      {error !== null && (
        <ProblemAlert title="The suite is not shown" message={error.message} onRetry={() => void refetch()} />
      )}
      {error === null && data === undefined && <Waiting what="the suite" />}
      {data !== undefined && <Suite view={data} />}
      <Text size="sm">
        <TextLink to="/settings">All settings</TextLink>
      </Text>
    </Page>
  )
}

function Suite({ view }: { readonly view: ConformanceView }) {
  const client = useClient()
  const { data } = useQuery(queries.targets(client))
  const targets = targetsOf(data?.targets.map(({ name }) => name) ?? [], view)
  return (
    <>
      {view.reports.length === 0 && view.running.length === 0 && <NothingYet />}
      <TargetCards view={view} targets={targets} known={data?.targets ?? []} />
      <Matrix view={view} targets={targets} />
    </>
  )
}

function NothingYet() {
  return (
    <Text data-testid="empty">
      No target was compared yet. Run the cases here, or on the command line:{' '}
      <Code>minisub conformance --target docker</Code>
    </Text>
  )
}

type MatrixProps = { readonly view: ConformanceView; readonly targets: readonly string[] }

function Matrix({ view, targets }: MatrixProps) {
  const { only, search } = useSearch(FROM)
  const navigate = useNavigate(FROM)
  const [text, type] = useAddressText(
    search,
    (wanted) => void navigate({ search: (old) => ({ ...old, search: wanted }), replace: true }),
  )
  const isFailuresOnly = only === 'failures'
  const groups = filtered(matrixOf(view, targets), { search: text, isFailuresOnly })
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0)
  const choose = (value: string) =>
    void navigate({ search: (old) => ({ ...old, only: value === 'failures' ? value : undefined }), replace: true })
  return (
    <Stack gap="xs">
      <Group gap="md">
        <SegmentedControl
          aria-label="Which cases"
          data={[
            { value: 'all', label: 'All cases' },
            { value: 'failures', label: 'Failures only' },
          ]}
          value={isFailuresOnly ? 'failures' : 'all'}
          transitionDuration={0}
          onChange={choose}
        />
        <TextInput
          aria-label="Search the cases"
          placeholder="Search the cases"
          leftSection={<Search size={16} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => type(currentTarget.value)}
        />
        <Text size="sm" role="status">
          {count.toLocaleString()} of {view.cases.length.toLocaleString()} cases
        </Text>
      </Group>
      {count === 0 ? (
        <Text>{isFailuresOnly && text === '' ? 'No case failed.' : 'No case fits.'}</Text>
      ) : (
        <MatrixTable groups={groups} targets={targets} />
      )}
    </Stack>
  )
}
