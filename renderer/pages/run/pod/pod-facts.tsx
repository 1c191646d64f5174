import { Group, Stack, Table, Text, Title } from '@mantine/core'
import type { PodView } from '#core/contract/run.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import classes from './pod.module.css'

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
          <span aria-live="polite">{phase}</span>
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
  const head = <Heads first="Container" second="State" />
  return (
    <Part title="Containers">
      {containers.length === 0 ? (
        <Text size="sm">None was made yet.</Text>
      ) : (
        <WideTable label="Containers" head={head} minWidth={320}>
          {containers.map(({ name, image, state, reason, restarts }) => (
            <Table.Tr key={name} className={classes.row ?? ''}>
              <Table.Th scope="row" fw={400}>
                {name}
                <Text size="xs">{image}</Text>
              </Table.Th>
              <Table.Td>
                {state}
                {restarts > 0 && `, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`}
                {reason !== null && <Text size="sm">{reason}</Text>}
              </Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Part>
  )
}

function Events({ events }: Pick<PodView, 'events'>) {
  const head = <Heads first="Event" second="What the cluster says" />
  return (
    <Part title="Events">
      {events.length === 0 ? (
        <Text size="sm">The cluster says nothing of it; it keeps events for about an hour.</Text>
      ) : (
        <WideTable label="Events of the pod, newest last" head={head} minWidth={320}>
          {events.map(({ time, type, reason, message, count }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- an event is its place
            <Table.Tr key={index} className={classes.row ?? ''}>
              <Table.Td>
                {type === 'Normal' ? reason : `${type}: ${reason}`}
                <Text size="xs" component="div">
                  {count > 1 && `${count} times, latest `}
                  <Time iso={time} />
                </Text>
              </Table.Td>
              <Table.Td>{message}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Part>
  )
}

/** Two columns, which fit a narrow window. */
function Heads({ first, second }: { readonly first: string; readonly second: string }) {
  return (
    <>
      <Table.Th scope="col" w="42%">
        {first}
      </Table.Th>
      <Table.Th scope="col">{second}</Table.Th>
    </>
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
