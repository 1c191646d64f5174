import { Code, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Json } from '#core/base/json.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { BringHere } from './bring-here.tsx'
import { MovedLink } from './moved-link.tsx'
import { useRun } from './run-context.ts'
import { useFinalGraph } from './use-final-graph.ts'

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

function Outputs() {
  const { graph } = useRun()
  const { isOver, final } = useFinalGraph()
  const outputs = final?.outputs ?? {}
  const empty = !isOver
    ? 'They are there when the run is over.'
    : final !== undefined
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
  const { final } = useFinalGraph()
  const movedTo = (final ?? graph).movedTo
  return (
    <Facts label="The run">
      <Fact name="Id">
        <code>{graph.id}</code> <Copy text={graph.id} what="the id" />
      </Fact>
      <Fact name="Created">
        <Time iso={graph.createdAt} />
      </Fact>
      {graph.resumes !== null && graph.movedFrom === undefined && (
        <Fact name="Resumes">
          <TextLink inherit to="/runs/$run" params={{ run: graph.resumes }}>
            {graph.resumes}
          </TextLink>
        </Fact>
      )}
      {graph.movedFrom !== undefined && (
        <Fact name="Goes on with">
          <MovedLink moved={graph.movedFrom} />
        </Fact>
      )}
      {movedTo !== undefined && (
        <Fact name="Goes on as">
          <MovedLink moved={movedTo} />
        </Fact>
      )}
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
