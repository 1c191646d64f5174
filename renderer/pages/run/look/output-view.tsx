import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FolderOpen } from 'lucide-react'
import type { ArtifactView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { SaveLink } from '#renderer/ui/look/save-link.tsx'
import classes from '#renderer/ui/look/look.module.css'
import { useRunSearch } from '../run-search.ts'
import { VirtualTable } from '#renderer/ui/virtual/virtual-table.tsx'
import { contentAddress, type ArtifactAddress } from './artifact.ts'
import { ArtifactFile } from './artifact-file.tsx'

type OutputProps = { readonly place: Omit<ArtifactAddress, 'path'>; readonly artifact: ArtifactView }

/** One output: its content, or the files of the folder that it is. */
export function OutputView({ place, artifact }: OutputProps) {
  const { path } = useRunSearch()
  return (
    <div className={classes.view}>
      <Group gap="xs">
        <TextLink
          from="/runs/$run"
          search={(old) => ({ ...old, output: undefined, path: undefined })}
          resetScroll={false}
          size="sm"
        >
          All outputs
        </TextLink>
        {path !== undefined && artifact.type === 'folder' && (
          <TextLink from="/runs/$run" search={(old) => ({ ...old, path: undefined })} resetScroll={false} size="sm">
            All files of {place.output}
          </TextLink>
        )}
      </Group>
      {artifact.type === 'file' ? (
        <ArtifactFile key={place.output} file={{ ...place, path: '', name: place.output, ...artifact }} />
      ) : (
        <FolderView place={place} path={path} />
      )}
    </div>
  )
}

const COLUMNS = [
  { key: 'path', title: 'File' },
  { key: 'size', title: 'Size', width: 100, isNumber: true },
  { key: 'sha256', title: 'sha256', width: 140 },
  { key: 'save', title: 'Save', width: 90 },
] as const

type FolderProps = { readonly place: Omit<ArtifactAddress, 'path'>; readonly path: string | undefined }

function FolderView({ place, path }: FolderProps) {
  const client = useClient()
  const { run, step, item, output } = place
  const { data, error, refetch } = useQuery({
    queryKey: ['run', run, 'files', step, item, output],
    queryFn: ({ signal }) =>
      client.listArtifactFiles({ run, step, output, ...(item === null ? {} : { item }) }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (data === undefined) {
    if (error === null) return <Waiting what="the folder" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The folder cannot be read" message={message} onRetry={() => void refetch()} />
  }
  const { files } = data
  if (path !== undefined) {
    const file = files.find((it) => it.path === path)
    if (file !== undefined) return <ArtifactFile key={path} file={{ ...place, ...file, name: file.path }} />
    return (
      <EmptyState icon={FolderOpen} title="The folder has no such file">
        There is no <code>{path}</code> in {output}.
      </EmptyState>
    )
  }
  if (files.length === 0) {
    return (
      <EmptyState icon={FolderOpen} title="An empty folder">
        The step left the folder without a file.
      </EmptyState>
    )
  }
  return (
    <Stack gap="xs">
      <Text size="sm">
        {files.length.toLocaleString()} {files.length === 1 ? 'file' : 'files'},{' '}
        {bytesText(files.reduce((sum, file) => sum + file.size, 0))}
      </Text>
      <VirtualTable
        label={`Files of ${output}`}
        columns={COLUMNS}
        count={files.length}
        renderRow={(index, tabIndex) => <FileCells place={place} file={files[index]} tabIndex={tabIndex} />}
      />
    </Stack>
  )
}

type CellsProps = {
  readonly place: Omit<ArtifactAddress, 'path'>
  readonly file: { readonly path: string; readonly size: number; readonly sha256: string } | undefined
  readonly tabIndex: number
}

function FileCells({ place, file, tabIndex }: CellsProps) {
  if (file === undefined) return null
  return (
    <>
      <th scope="row">
        <TextLink
          inherit
          from="/runs/$run"
          search={(old) => ({ ...old, path: file.path })}
          resetScroll={false}
          data-row-link
          tabIndex={tabIndex}
        >
          {file.path}
        </TextLink>
      </th>
      <td data-number>{bytesText(file.size)}</td>
      <td title={file.sha256}>
        <code>{file.sha256.slice(0, 12)}</code>
      </td>
      <td>
        <SaveLink
          href={contentAddress({ ...place, path: file.path })}
          name={file.path.split('/').at(-1) ?? place.output}
        />
      </td>
    </>
  )
}
