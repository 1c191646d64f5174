import { Group, NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { RUN_STATUSES } from '#core/contract/events.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries, type RunFilter } from '#renderer/data/queries.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'

/** As the core takes it. */
const LONGEST_SEARCH = 64

/** What the list is narrowed to; each choice is an address of its own, so that the way back leads through them. */
export function RunFilters({ filter }: { readonly filter: RunFilter }) {
  const client = useClient()
  const navigate = useNavigate({ from: '/runs' })
  const { data } = useQuery(queries.pipelines(client))
  const names = [...new Set([...(data?.pipelines ?? []).map(({ name }) => name), filter.pipeline ?? ''])]
  const pipelines = names.filter((name) => name !== '').toSorted()
  return (
    <Group align="flex-end" role="search" aria-label="Runs">
      <SearchField search={filter.search} />
      <NativeSelect
        label="Status"
        value={filter.status ?? ''}
        data={[{ value: '', label: 'All' }, ...RUN_STATUSES]}
        onChange={(event) => {
          const status = RUN_STATUSES.find((it) => it === event.currentTarget.value)
          void navigate({ search: (before) => ({ ...before, status }) })
        }}
      />
      <NativeSelect
        label="Pipeline"
        maw={280}
        value={filter.pipeline ?? ''}
        data={[{ value: '', label: 'All' }, ...pipelines]}
        onChange={(event) => {
          const pipeline = event.currentTarget.value === '' ? undefined : event.currentTarget.value
          void navigate({ search: (before) => ({ ...before, pipeline }) })
        }}
      />
    </Group>
  )
}

function SearchField({ search }: { readonly search: string | undefined }) {
  const navigate = useNavigate({ from: '/runs' })
  const [text, type] = useAddressText(search, (wanted) => {
    void navigate({ search: (before) => ({ ...before, search: wanted }), replace: true })
  })
  return (
    <TextInput
      label="Search"
      placeholder="Id or pipeline"
      type="search"
      maxLength={LONGEST_SEARCH}
      leftSection={<Search size={16} aria-hidden />}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  )
}
