import { Code, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore, type ReactNode } from 'react'
import type { Json } from '#core/base/json.ts'
import { isFinalRun, type Moved } from '#core/contract/events.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { queries } from '#renderer/data/queries.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { BringHere } from './bring-here.tsx'
import { useRun } from './run-context.ts'

/** What a run was started with, and what it gave. */
export function DetailsView() {
  const { graph } = useRun()
  return (
    <Stack gap="lg">
      <Section title="Parameters">
        <Values label="Parameters" values={graph.parameters} empty="The pipeline has no parameters." />
      </Section>
      <Outputs />
      <Section title="Run">
        <RunFacts />
      </Section>
    </Stack>
  )
}

/** The outputs are known when the run is over: then the run is asked for once more. */
function Outputs() {
  const { graph, live } = useRun()
  const client = useClient()
  const isOver = useSyncExternalStore(live.subscribe, () => isFinalRun(live.progress().status))
  const hasThem = isFinalRun(graph.status)
  const { queryKey, ...query } = queries.graph(client, graph.id)
  const { data } = useQuery({ ...query, queryKey: [...queryKey, 'final'], enabled: isOver && !hasThem, staleTime: 0 })
  const outputs = hasThem ? graph.outputs : (data?.outputs ?? {})
  const isKnown = hasThem || data !== undefined
  const empty = !isOver
    ? 'They are there when the run is over.'
    : isKnown
      ? 'The run has no outputs.'
      : 'Reading them …'
  return (
    <Section title="Outputs">
      <Values label="Outputs" values={outputs} empty={empty} />
      {isOnCluster(graph) && <BringHere />}
    </Section>
  )
}

function RunFacts() {
  const { graph } = useRun()
  return (
    <Facts label="The run">
      <Fact name="Id">
        <code>{graph.id}</code> <Copy text={graph.id} what="the id" />
      </Fact>
      <Fact name="Created">
        <Time iso={graph.createdAt} />
      </Fact>
      {graph.resumes !== null && (
        <Fact name="Resumes">
          <TextLink inherit to="/runs/$run" params={{ run: graph.resumes }}>
            {graph.resumes}
          </TextLink>
        </Fact>
      )}
      <MovedFact name="Goes on" moved={graph.movedTo} />
      <MovedFact name="Goes on with" moved={graph.movedFrom} />
      <Fact name="Started by">{graph.schedule === null ? 'hand' : `the schedule ${graph.schedule}`}</Fact>
      <Fact name="File">
        <code>{graph.file}</code>
      </Fact>
      <Fact name="Pipeline digest">
        <code>{graph.pipelineDigest}</code> <Copy text={graph.pipelineDigest} what="the digest" />
      </Fact>
      <Fact name="Target">{graph.target}</Fact>
      <Fact name="Parallelism">
        {graph.parallelism === null
          ? 'as many steps'
          : graph.parallelism === 1
            ? '1 step'
            : `${graph.parallelism} steps`}{' '}
        at once{graph.parallelism === null ? ' as the cluster takes' : ''}
      </Fact>
      <Fact name="Cache">{graph.cache ? 'used' : 'neither read nor written'}</Fact>
    </Facts>
  )
}

type MovedProps = { readonly name: string; readonly moved: Moved | undefined }

/** The other run of one that was moved; nothing of others. */
function MovedFact({ name, moved }: MovedProps) {
  if (moved === undefined) return null
  return (
    <Fact name={name}>
      <TextLink inherit to="/runs/$run" params={{ run: moved.run }}>
        {moved.run}
      </TextLink>{' '}
      on {moved.target}
    </Fact>
  )
}

type ValuesProps = {
  readonly label: string
  readonly values: { readonly [name: string]: Json }
  readonly empty: string
}

function Values({ label, values, empty }: ValuesProps) {
  const entries = Object.entries(values)
  if (entries.length === 0) return <Text size="sm">{empty}</Text>
  return (
    <Facts label={label}>
      {entries.map(([name, value]) => (
        <Fact key={name} name={name}>
          <Code>{typeof value === 'string' ? value : JSON.stringify(value)}</Code>
        </Fact>
      ))}
    </Facts>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  )
}
