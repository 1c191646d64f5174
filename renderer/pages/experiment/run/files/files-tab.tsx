import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FolderTree } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { FileBrowser, type FolderState } from '#renderer/ui/files/file-browser.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useRunSearch } from '../search.ts'
import { RunFile } from './run-file.tsx'

const FROM = '/experiments/$experiment/runs/$run'

/** The files of a run as a tree; what the address names is open beside it. */
export function FilesTab({ run }: { readonly run: TrackedRunView }) {
  const client = useClient()
  const { path } = useRunSearch()
  const { data } = useQuery(trackedRunQueries.folder(client, run.id, ''))
  if (data?.files.length === 0) {
    return (
      <EmptyState icon={FolderTree} title="The run has no files">
        <code>mlflow.log_artifact(&quot;report.md&quot;)</code> keeps a file with the run; so do <code>log_image</code>,{' '}
        <code>log_table</code> and <code>log_model</code>.
      </EmptyState>
    )
  }
  return (
    <>
      <Group gap={4} mb="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <code>{run.artifactUri}</code>
        </Text>
        <Copy text={run.artifactUri} what="the address of the files" />
      </Group>
      <FileBrowser
        label="Files of the run"
        renderFolder={(folder, show) => <RunFolder run={run.id} folder={folder} show={show} />}
        renderLink={renderLink}
        path={path}
      >
        {path === undefined ? (
          <Text size="sm">Choose a file to look into it.</Text>
        ) : (
          <Opened key={path} run={run.id} path={path} />
        )}
      </FileBrowser>
    </>
  )
}

type FolderProps = {
  readonly run: string
  readonly folder: string
  readonly show: (state: FolderState) => ReactNode
}

function RunFolder({ run, folder, show }: FolderProps) {
  return show(useRunFolder(run, folder))
}

function useRunFolder(run: string, folder: string): FolderState {
  const client = useClient()
  const { data, error, refetch } = useQuery(trackedRunQueries.folder(client, run, folder))
  return { entries: data?.files, error, refetch }
}

/** The size of a file is known from the folder that it lies in. */
function Opened({ run, path }: { readonly run: string; readonly path: string }) {
  const { entries, error, refetch } = useRunFolder(run, path.slice(0, Math.max(0, path.lastIndexOf('/'))))
  if (entries === undefined) {
    if (error === null) return <Waiting what="the file" />
    return <ProblemAlert title="The file cannot be read" message={error.message} onRetry={() => void refetch()} />
  }
  const file = entries.find((it) => it.path === path && !it.isFolder)
  if (file === undefined) return <Text size="sm">The run has no file {path}.</Text>
  return <RunFile run={run} path={path} size={file.size ?? 0} />
}

function renderLink(path: string, name: string) {
  return (
    <TextLink inherit from={FROM} search={(old) => ({ ...old, path })} resetScroll={false}>
      {name}
    </TextLink>
  )
}
