import { Table, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ClusterImage } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { LoadImage } from './load-image.tsx'

/** Images that the nodes hold, and the field that brings one more. */
export function ClusterImages({ name }: { readonly name: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(clusterQueries.images(client, name))
  return (
    <Section title="Images">
      <LoadImage name={name} />
      {error !== null && (
        <ProblemAlert title="The images are not known" message={error.message} onRetry={() => void refetch()} />
      )}
      {data === undefined && error === null && <Waiting what="the images" />}
      {data?.images.length === 0 && <Text size="sm">The nodes hold none.</Text>}
      {data !== undefined && data.images.length > 0 && <ImageTable name={name} images={data.images} />}
    </Section>
  )
}

type TableProps = { readonly name: string; readonly images: readonly ClusterImage[] }

function ImageTable({ name, images }: TableProps) {
  const head = (
    <>
      <Table.Th scope="col">Image</Table.Th>
      <Table.Th scope="col" w={100}>
        Size
      </Table.Th>
      <Table.Th scope="col" w={90}>
        Delete
      </Table.Th>
    </>
  )
  return (
    <WideTable label="Images in the cluster" head={head} minWidth={420}>
      {images.map((image) => (
        <ImageRow key={image.id} name={name} image={image} />
      ))}
    </WideTable>
  )
}

type RowProps = { readonly name: string; readonly image: ClusterImage }

function ImageRow({ name, image: { id, tags, sizeBytes, nodes } }: RowProps) {
  const client = useClient()
  const cache = useQueryClient()
  const called = tags[0] ?? id.slice(0, 19)
  const remove = async () => {
    await client.deleteClusterImage({ name, image: tags[0] ?? id })
    await cache.invalidateQueries({ queryKey: ['cluster-images', name] })
  }
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
        {(tags.length === 0 ? [called] : tags).map((tag) => (
          <Text key={tag} size="sm" ff="monospace">
            {tag}
          </Text>
        ))}
      </Table.Th>
      <Table.Td>{bytesText(sizeBytes)}</Table.Td>
      <Table.Td>
        <Confirm
          label="Delete"
          name={`Delete ${called}`}
          title="Delete this image from the nodes?"
          confirmLabel="Delete image"
          onConfirm={remove}
        >
          <b style={{ overflowWrap: 'anywhere' }}>{called}</b> is removed from {nodes.join(', ')}. A pod that needs it
          pulls it again, where it can be had.
        </Confirm>
      </Table.Td>
    </Table.Tr>
  )
}
