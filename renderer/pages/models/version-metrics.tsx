import { Group, Stack } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { VersionView } from '#core/contract/models.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { hasWords } from '#renderer/ui/find-words.ts'
import { metricText } from '#renderer/ui/metric-text.ts'
import { PairTable, SearchField } from '#renderer/ui/pair-table.tsx'
import { Section } from '#renderer/ui/section.tsx'

const FROM = { from: '/models/$model/versions/$version' } as const

/** Metrics and parameters of the model that a version is of. */
export function VersionMetrics({ version: { metrics, params } }: { readonly version: VersionView }) {
  const { search } = useSearch(FROM)
  const navigate = useNavigate(FROM)
  const [text, type] = useAddressText(
    search,
    (wanted) => void navigate({ search: (old) => ({ ...old, search: wanted }), replace: true, resetScroll: false }),
  )
  const found = (pairs: readonly (readonly [string, string])[]) => pairs.filter((pair) => hasWords(pair, text))
  const numbers = Object.entries(metrics).map(([key, value]) => [key, metricText(value)] as const)
  return (
    <Stack gap="lg">
      <Group>
        <SearchField what="metrics and parameters" value={text} onChange={type} />
      </Group>
      <Section title="Metrics">
        <PairTable
          label="Metrics"
          keyTitle="Metric"
          pairs={found(numbers)}
          empty={numbers.length === 0 ? 'Its model has no metrics.' : 'No metric fits the search.'}
        />
      </Section>
      <Section title="Parameters">
        <PairTable
          label="Parameters"
          keyTitle="Parameter"
          pairs={found(Object.entries(params))}
          empty={Object.keys(params).length === 0 ? 'Its model has no parameters.' : 'No parameter fits the search.'}
        />
      </Section>
    </Stack>
  )
}
