import { Button, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { FolderPlus, FolderSearch, Search, Workflow } from 'lucide-react'
import { useState } from 'react'
import type { FolderView, PipelineRow } from '#core/contract/folders.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { AddFolder } from './add-folder.tsx'
import { FolderList } from './folder-list.tsx'
import { LocalClusterHint } from './local-cluster-hint.tsx'
import { PipelineList } from './pipeline-list.tsx'

/** The core tells of runs, and looks at files when it is asked: so it is asked now and then, and when one comes back. */
const LOOK = { refetchInterval: 10_000, refetchOnWindowFocus: 'always' } as const

/** The pipelines of the folders that were added, and the folders. */
export function PipelinesPage() {
  const client = useClient()
  const { data, error, refetch } = useQuery({ ...queries.pipelines(client), ...LOOK })
  const [isAdding, setAdding] = useState(false)
  const add = (
    <Button leftSection={<FolderPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Add a folder
    </Button>
  )
  const isBare = data !== undefined && data.folders.length === 0 && data.pipelines.length === 0
  return (
    <Page title="Pipelines" actions={isBare ? undefined : add}>
      {error !== null && (
        <ProblemAlert
          title="The pipelines could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="the pipelines" />}
      {isBare && <NoFolder action={add} />}
      {data !== undefined && !isBare && <Found folders={data.folders} pipelines={data.pipelines} />}
      {data !== undefined && <LocalClusterHint />}
      <AddFolder isOpen={isAdding} onClose={() => setAdding(false)} />
    </Page>
  )
}

type FoundProps = { readonly folders: readonly FolderView[]; readonly pipelines: readonly PipelineRow[] }

function Found({ folders, pipelines }: FoundProps) {
  const { search } = useSearch({ from: '/pipelines' })
  const navigate = useNavigate({ from: '/pipelines' })
  const [filter, setFilter] = useAddressText(
    search,
    (wanted) => void navigate({ search: { search: wanted }, replace: true }),
  )
  const wanted = filter.trim().toLowerCase()
  const fitting = pipelines.filter(({ name, file }) => `${name}\n${file}`.toLowerCase().includes(wanted))
  return (
    <Stack gap="lg">
      {pipelines.length === 0 ? (
        <NoPipeline folders={folders.length} />
      ) : (
        <Stack gap="sm">
          <Group justify="space-between">
            <TextInput
              aria-label="Filter by name or path"
              placeholder="Name or path"
              leftSection={<Search size={16} aria-hidden />}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
            <Text size="sm" role="status">
              {wanted === '' ? `${pipelines.length} in all` : `${fitting.length} of ${pipelines.length}`}
            </Text>
          </Group>
          {fitting.length === 0 ? (
            <EmptyState
              icon={Search}
              title="No pipeline has this in its name or path"
              action={
                <Button variant="default" onClick={() => setFilter('')}>
                  Clear the filter
                </Button>
              }
            >
              {pipelines.length} are hidden by the filter.
            </EmptyState>
          ) : (
            <PipelineList pipelines={fitting} />
          )}
        </Stack>
      )}
      <section aria-labelledby="folders">
        <Title order={2} size="h4" id="folders" mb="xs">
          Folders
        </Title>
        <FolderList folders={folders} />
      </section>
    </Stack>
  )
}

function NoFolder({ action }: { readonly action: React.ReactNode }) {
  return (
    <EmptyState icon={Workflow} title="No folder was added yet" action={action}>
      <Stack gap="sm" align="center">
        <Text>
          A pipeline is one YAML file: steps that are commands, what each reads and writes, and the environments that
          they need. Add the folder that holds yours, and it can be started here.
        </Text>
        <Text>To begin with a sample, run this in a terminal and add the folder that it makes:</Text>
        <Code block>minisub init hello</Code>
      </Stack>
    </EmptyState>
  )
}

function NoPipeline({ folders }: { readonly folders: number }) {
  return (
    <EmptyState
      icon={FolderSearch}
      title={folders === 1 ? 'There is no pipeline in the folder' : 'There is no pipeline in these folders'}
    >
      A pipeline is a file that ends in <Code>.yaml</Code> or <Code>.yml</Code> and says{' '}
      <Code>apiVersion: mini-submarine/v1</Code>. <Code>minisub init hello</Code> makes a sample; what is written into a
      folder appears here within seconds.
    </EmptyState>
  )
}
