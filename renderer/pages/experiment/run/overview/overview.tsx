import { Group, Stack, Text } from '@mantine/core'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { EditableText } from '#renderer/ui/editable-text.tsx'
import { hasWords } from '#renderer/ui/find-words.ts'
import { PairTable, SearchField } from '#renderer/ui/pair-table.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { TagEditor } from '#renderer/ui/tag-editor.tsx'
import { useChangeSearch, useRunSearch } from '../search.ts'
import { useRunCalls } from '../use-run-calls.ts'
import { Datasets, Models, Versions } from './made-of.tsx'
import { metricGroups, tagGroups } from './metric-groups.ts'
import { MetricTable } from './metric-table.tsx'
import { NestedRuns } from './nested-runs.tsx'

/** MLflow's description of a run is a tag. */
const NOTE = 'mlflow.note.content'

type OverviewProps = { readonly run: TrackedRunView }

/** What was logged, and what the run was made of. */
export function Overview({ run }: OverviewProps) {
  const { search } = useRunSearch()
  const change = useChangeSearch()
  const { setTags } = useRunCalls(run.id)
  const [text, type] = useAddressText(search, (wanted) => change({ search: wanted }))
  const params = Object.entries(run.params).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return (
    <Stack gap="lg">
      <Section title="Description">
        <EditableText
          what="description"
          text={run.tags[NOTE] ?? ''}
          empty="None yet."
          isLong
          onSave={(note) => setTags({ [NOTE]: note === '' ? null : note })}
        />
      </Section>
      <Group>
        <SearchField what="metrics and parameters" value={text} onChange={type} />
      </Group>
      <Metrics run={run} search={text} />
      <Section title="Parameters">
        <PairTable
          label="Parameters"
          keyTitle="Parameter"
          pairs={params.filter((pair) => hasWords(pair, text))}
          empty={params.length === 0 ? 'No parameter was logged.' : 'No parameter fits the search.'}
        />
      </Section>
      <Tags run={run} />
      <Datasets run={run} />
      <Models run={run} />
      <Versions run={run} />
      {run.children > 0 && <NestedRuns run={run} />}
    </Stack>
  )
}

function Metrics({ run, search }: OverviewProps & { readonly search: string }) {
  const { own, system } = metricGroups(run.metrics)
  const found = (metrics: typeof own) => metrics.filter(({ key }) => hasWords([key], search))
  return (
    <>
      <Section title="Metrics">
        <MetricTable
          label="Metrics"
          metrics={found(own)}
          empty={own.length === 0 ? 'No metric was logged.' : 'No metric fits the search.'}
        />
      </Section>
      {system.length > 0 && (
        <Section title="Metrics of the machine">
          <MetricTable label="Metrics of the machine" metrics={found(system)} empty="No metric fits the search." />
        </Section>
      )}
    </>
  )
}

function Tags({ run }: OverviewProps) {
  const { setTags } = useRunCalls(run.id)
  const { own, inner } = tagGroups(run.tags)
  return (
    <Section title="Tags">
      <TagEditor label="Tags of the run" tags={own} onSet={setTags} />
      {inner.length > 0 && (
        <details>
          <Text component="summary" size="sm" w="fit-content" mt="sm">
            Tags that MLflow and the workbench set ({inner.length})
          </Text>
          <PairTable label="Tags that MLflow and the workbench set" keyTitle="Tag" pairs={inner} empty="" />
        </details>
      )}
    </Section>
  )
}
