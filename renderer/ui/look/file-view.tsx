import { Alert, Group, SegmentedControl, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Info } from 'lucide-react'
import { useState } from 'react'
import { bytesText } from '../bytes.ts'
import { ProblemAlert } from '../problem-alert.tsx'
import { Waiting } from '../waiting.tsx'
import { HexView, ImageView, TableView, TextView } from './content-views.tsx'
import { JsonView } from './json-view.tsx'
import { loadContent, type Content, type ReadableFile } from './load-content.ts'
import { SaveLink } from './save-link.tsx'

type FileProps = {
  readonly file: ReadableFile
  /** Where the browser saves it from. */
  readonly href: string
  /** Names this content in the cache: other content has another. */
  readonly cacheKey: readonly (string | number | null)[]
}

/** The content of a file as far as it can be looked at; all of it can be saved. */
export function FileView({ file, href, cacheKey }: FileProps) {
  const { data, error, refetch } = useQuery({
    queryKey: cacheKey,
    queryFn: ({ signal }) => loadContent(file, signal),
    // It may be large, so it is not kept.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    structuralSharing: false,
  })
  const [isSource, setSource] = useState(false)
  const { name, size } = file
  const other = data === undefined ? undefined : OTHER_VIEWS[data.kind]
  return (
    <>
      <Group gap="sm">
        <Text span fw={600} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        <Text span size="sm">
          {bytesText(size)}
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
        <SaveLink href={href} name={name.split('/').at(-1) ?? name} />
      </Group>
      {data !== undefined && <Shown content={data} isSource={isSource} name={name} />}
      {data === undefined && error === null && <Waiting what="the file" />}
      {error !== null && (
        <ProblemAlert title="The file cannot be read" message={error.message} onRetry={() => void refetch()} />
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
