import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Download, FolderTree } from 'lucide-react'
import type { VersionView } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { entriesIn } from '#renderer/ui/files/entries.ts'
import { FileBrowser } from '#renderer/ui/files/file-browser.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { FileView } from '#renderer/ui/look/file-view.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { archiveAddress, modelFileAddress } from './addresses.ts'

const FROM = '/models/$model/versions/$version'

type VersionProps = { readonly version: Pick<VersionView, 'model' | 'version'> }

/** The files of a version: each to look at and to save, and all of them as one archive. */
export function VersionFiles({ version }: VersionProps) {
  const client = useClient()
  const { path } = useSearch({ from: FROM })
  const place = { model: version.model, version: String(version.version) }
  const { data, error, refetch } = useQuery(modelQueries.files(client, place))
  const files = data?.files
  if (files === undefined) {
    if (error === null) return <Waiting what="the files" />
    return <ProblemAlert title="The files are not shown" message={error.message} onRetry={() => void refetch()} />
  }
  if (files.length === 0) return <NoFiles />
  const file = files.find((it) => it.path === path)
  return (
    <>
      <Group mb="sm">
        <Text size="sm">
          {files.length === 1 ? '1 file' : `${files.length.toLocaleString()} files`},{' '}
          {bytesText(files.reduce((sum, { size }) => sum + size, 0))}
        </Text>
        <Button
          component="a"
          href={archiveAddress(place)}
          download={`${place.model}-${place.version}.tar`}
          size="xs"
          variant="default"
          leftSection={<Download size={14} aria-hidden />}
        >
          Save all as a tar archive
        </Button>
      </Group>
      <FileBrowser
        label="Files of the version"
        renderFolder={(folder, show) =>
          show({ entries: entriesIn(files, folder), error: null, refetch: () => refetch() })
        }
        renderLink={renderLink}
        path={path}
      >
        {file === undefined ? (
          <Text size="sm">{path === undefined ? 'Choose a file to look into it.' : `There is no file ${path}.`}</Text>
        ) : (
          <FileView
            key={file.path}
            file={{
              name: file.path,
              size: file.size,
              read: (range, signal) => client.readModelFile({ ...place, path: file.path }, { range, signal }),
            }}
            href={modelFileAddress(place, file.path)}
            cacheKey={['model-file', file.sha256, file.path]}
          />
        )}
      </FileBrowser>
    </>
  )
}

function renderLink(path: string, name: string) {
  return (
    <TextLink inherit from={FROM} search={(old) => ({ ...old, path })} resetScroll={false}>
      {name}
    </TextLink>
  )
}

function NoFiles() {
  return (
    <EmptyState icon={FolderTree} title="No files are here">
      Its source lies in another store, or has no files: the program that loads it goes there by itself.
    </EmptyState>
  )
}
