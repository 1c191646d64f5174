import { Alert, Group, SegmentedControl, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Info } from 'lucide-react'
import { useState } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import type { ArtifactAddress } from './artifact.ts'
import { HexView, ImageView, TableView, TextView } from './content-views.tsx'
import { JsonView } from './json-view.tsx'
import { loadContent, type Content, type FileFacts } from './load-content.ts'
import { SaveLink } from './save-link.tsx'

type ShownFile = ArtifactAddress & FileFacts & { readonly sha256: string }

/** The content of a file as far as it can be looked at; all of it can be saved. */
export function FileView({ file }: { readonly file: ShownFile }) {
  const client = useClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['run', file.run, 'content', file.sha256, file.name],
    queryFn: ({ signal }) => loadContent(client, file, signal),
    // What has this sha256 stays as it is; it may be large, so it is not kept.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    structuralSharing: false,
  })
  const [isSource, setSource] = useState(false)
  const name = file.path === '' ? file.output : file.path
  const other = data === undefined ? undefined : OTHER_VIEWS[data.kind]
  return (
    <>
      <Group gap="sm">
        <Text span fw={600} size="sm">
          {name}
        </Text>
        <Text span size="sm">
          {bytesText(file.size)}
        </Text>
        {other !== undefined && (
          <SegmentedControl
            aria-label="View"
            size="xs"
            data={[other, 'Text']}
            value={isSource ? 'Text' : other}
            onChange={(value) => setSource(value === 'Text')}
          />
        )}
        <SaveLink address={file} name={name.split('/').at(-1) ?? name} />
      </Group>
      {data !== undefined && <Shown content={data} isSource={isSource} name={name} />}
      {data === undefined && error === null && <Waiting what="the file" />}
      {error !== null && (
        <ProblemAlert
          title="The file cannot be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
    </>
  )
}

/** What has a text behind it can be seen as that too. */
const OTHER_VIEWS: Readonly<Record<Content['kind'], string | undefined>> = {
  json: 'Tree',
  table: 'Table',
  text: undefined,
  image: undefined,
  hex: undefined,
}

type ShownProps = { readonly content: Content; readonly isSource: boolean; readonly name: string }

function Shown({ content, isSource, name }: ShownProps) {
  const cut = content.isCut ? 'Only the beginning is shown. Save the file to have all of it.' : ''
  const note = [content.note ?? '', cut].filter((it) => it !== '').join(' ')
  return (
    <>
      {note !== '' && (
        <Alert color="gray" icon={<Info size={18} aria-hidden />} p="xs">
          {note}
        </Alert>
      )}
      {viewOf(content, isSource, name)}
    </>
  )
}

function viewOf(content: Content, isSource: boolean, name: string) {
  switch (content.kind) {
    case 'json':
      return isSource ? <TextView text={content.text} /> : <JsonView value={content.value} />
    case 'table':
      return isSource ? <TextView text={content.text} /> : <TableView table={content.table} name={name} />
    case 'text':
      return <TextView text={content.text} />
    case 'image':
      return <ImageView blob={content.blob} name={name} />
    case 'hex':
      return <HexView bytes={content.bytes} />
  }
}
