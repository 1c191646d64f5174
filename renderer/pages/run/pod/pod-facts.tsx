import { Group, Stack, Table, Text, Title } from '@mantine/core'
import type { PodView } from '#core/contract/run.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** A pod with its containers and what the cluster says of it. */
export function PodFacts({ pod }: { readonly pod: PodView }) {
  const { name, namespace, node, phase, startedAt } = pod
  return (
    <Stack gap="lg">
      <Facts label="The pod">
        <Fact name="Name">
          <Group gap={4} wrap="nowrap">
            <code>{name}</code>
            <Copy text={name} what="the name of the pod" />
          </Group>
        </Fact>
        <Fact name="Namespace">{namespace}</Fact>
        <Fact name="Phase">
          <span role="status">{phase}</span>
        </Fact>
        <Fact name="Node">{node ?? 'none yet'}</Fact>
        <Fact name="Accepted by the node">
          <Time iso={startedAt} empty="not yet" />
        </Fact>
      </Facts>
      <Containers containers={pod.containers} />
      <Events events={pod.events} />
    </Stack>
  )
}

function Containers({ containers }: Pick<PodView, 'containers'>) {
  const head = (
    <>
      <Table.Th scope="col">Container</Table.Th>
      <Table.Th scope="col">State</Table.Th>
      <Table.Th scope="col">Reason</Table.Th>
      <Table.Th scope="col" ta="right">
        Restarts
      </Table.Th>
    </>
  )
  return (
    <Part title="Containers">
      {containers.length === 0 ? (
        <Text size="sm">None was made yet.</Text>
      ) : (
        <WideTable label="Containers" head={head} minWidth={520}>
          {containers.map(({ name, image, state, reason, restarts }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                {name}
                <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                  {image}
                </Text>
              </Table.Th>
              <Table.Td>{state}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{reason ?? ''}</Table.Td>
              <Table.Td ta="right">{restarts}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Part>
  )
}

function Events({ events }: Pick<PodView, 'events'>) {
  const head = (
    <>
      <Table.Th scope="col" w={130}>
        When
      </Table.Th>
      <Table.Th scope="col" w={170}>
        Event
      </Table.Th>
      <Table.Th scope="col">What the cluster says</Table.Th>
    </>
  )
  return (
    <Part title="Events">
      {events.length === 0 ? (
        <Text size="sm">The cluster says nothing of it; it keeps events for about an hour.</Text>
      ) : (
        <WideTable label="Events of the pod, newest last" head={head} minWidth={520}>
          {events.map(({ time, type, reason, message, count }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- an event is its place
            <Table.Tr key={index}>
              <Table.Td>
                <Time iso={time} />
              </Table.Td>
              <Table.Td>
                {type === 'Normal' ? reason : `${type}: ${reason}`}
                {count > 1 && <Text size="xs">{count} times</Text>}
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{message}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Part>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  )
}
