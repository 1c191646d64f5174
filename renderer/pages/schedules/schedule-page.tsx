import { Alert, Code, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { isProblem } from '#core/base/problem.ts'
import type { Json } from '#core/base/json.ts'
import type { OccurrenceView, Overlap, ScheduleView } from '#core/contract/schedules.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { durationText, Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { Cron } from './cron.tsx'
import { NextTimes } from './next-times.tsx'
import { Due, Outcome } from './occurrence.tsx'
import { ScheduleActions } from './schedule-actions.tsx'

const OVERLAP_WORDS: Readonly<Record<Overlap, string>> = {
  forbid: 'the new time is skipped',
  allow: 'another starts beside it',
  replace: 'it is cancelled for the new one',
}

/** One schedule: when it is due next, and what became of its times. */
export function SchedulePage() {
  const { schedule: name } = useParams({ from: '/schedules/$schedule' })
  const client = useClient()
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(queries.schedule(client, name))
  if (data === undefined) {
    return (
      <Page title={name}>
        {error === null ? <Waiting what="the schedule" /> : <Missing error={error} onRetry={() => void refetch()} />}
        <Back />
      </Page>
    )
  }
  const actions = (
    <ScheduleActions schedule={data} onDeleted={() => void navigate({ to: '/schedules', replace: true })} />
  )
  return (
    <Page title={data.name} actions={actions}>
      {error !== null && <Missing error={error} onRetry={() => void refetch()} />}
      <InCluster schedule={data} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <About schedule={data} />
        <section aria-labelledby="next-times">
          <Title order={2} size="h4" mb="xs" id="next-times">
            Next times
          </Title>
          {data.paused ? (
            <Text size="sm">Paused: nothing is due, and nothing is missed.</Text>
          ) : (
            <NextTimes next={data.next} timeZone={data.timeZone} />
          )}
        </section>
      </SimpleGrid>
      <Occurrences occurrences={data.occurrences} timeZone={data.timeZone} />
      <Back />
    </Page>
  )
}

/** Where its runs begin without this core, and whether the cluster knows of it as it is here. */
function InCluster({ schedule: { name, cluster } }: { readonly schedule: ScheduleView }) {
  if (cluster === null) return null
  const { pending, trouble } = cluster
  if (pending !== null) {
    return (
      <Alert color="yellow" title="Not yet in the cluster" mb="md">
        <Text size="sm">{pending}</Text>
        <Text size="sm">
          It is tried again by itself; at once with <Code>minisub schedule sync {name}</Code>
        </Text>
      </Alert>
    )
  }
  if (trouble !== null) {
    return (
      <Alert color="red" title="Something is wrong with it in the cluster" mb="md">
        {trouble}
      </Alert>
    )
  }
  return (
    <Alert variant="default" title="The cluster starts its runs, also while no core runs" mb="md">
      <Text size="sm">The core lists what was started meanwhile when it is back.</Text>
    </Alert>
  )
}

function Missing({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const title = isProblem(error) && error.code === 'not_found' ? 'There is no such schedule' : 'This may be old'
  return <ProblemAlert title={title} message={error.message} onRetry={onRetry} />
}

function Back() {
  return (
    <Text size="sm">
      <TextLink to="/schedules">All schedules</TextLink>
    </Text>
  )
}

function About({ schedule }: { readonly schedule: ScheduleView }) {
  const { cron, timeZone, overlap, startingDeadlineSeconds, parameters, target, missed, paused, createdAt, cluster } =
    schedule
  return (
    <Facts label="About this schedule">
      <Fact name="State">{paused ? <Status status="paused" /> : <Status status="on" />}</Fact>
      <Fact name="When">
        <Cron cron={cron} timeZone={timeZone} />
      </Fact>
      <Fact name="Pipeline">
        <PipelineName schedule={schedule} />
        <Text size="xs">{schedule.file}</Text>
      </Fact>
      <Fact name="Parameters">
        <Parameters parameters={parameters} />
      </Fact>
      <Fact name="Target">
        {target}
        {cluster !== null && cluster.namespace !== null && (
          <Text size="xs">
            CronWorkflow {cluster.name} in the namespace {cluster.namespace}
          </Text>
        )}
      </Fact>
      {cluster !== null && cluster.frozenAt !== null && (
        <Fact name="Frozen">
          <Time iso={cluster.frozenAt} />
        </Fact>
      )}
      <Fact name="When its last run still goes on">{OVERLAP_WORDS[overlap]}</Fact>
      <Fact name="May begin late by">{durationText(startingDeadlineSeconds * 1_000)}</Fact>
      <Fact name="Missed">{missed.toLocaleString()}</Fact>
      <Fact name="Made">
        <Time iso={createdAt} />
      </Fact>
    </Facts>
  )
}

/** A link where the core knows the document still. */
function PipelineName({ schedule: { file, pipeline } }: { readonly schedule: ScheduleView }) {
  const client = useClient()
  const { data } = useQuery(queries.pipelines(client))
  const id = data?.pipelines.find((it) => it.file === file)?.id
  if (id === undefined) return <>{pipeline}</>
  return (
    <TextLink to="/pipelines/$pipeline" params={{ pipeline: id }} size="sm">
      {pipeline}
    </TextLink>
  )
}

function Parameters({ parameters }: { readonly parameters: Readonly<Record<string, Json>> }) {
  const entries = Object.entries(parameters)
  if (entries.length === 0) return <>those of the pipeline</>
  return (
    <Stack gap={2} align="flex-start">
      {entries.map(([name, value]) => (
        <Code key={name}>
          {name} = {JSON.stringify(value)}
        </Code>
      ))}
    </Stack>
  )
}

type OccurrencesProps = { readonly occurrences: readonly OccurrenceView[]; readonly timeZone: string }

function Occurrences({ occurrences, timeZone }: OccurrencesProps) {
  const head = (
    <>
      <Table.Th scope="col">Due</Table.Th>
      <Table.Th scope="col">What became of it</Table.Th>
      <Table.Th scope="col">Why</Table.Th>
    </>
  )
  return (
    <section aria-labelledby="occurrences">
      <Title order={2} size="h4" mb="xs" id="occurrences">
        What became of its times
      </Title>
      {occurrences.length === 0 ? (
        <Text size="sm">It was not due yet.</Text>
      ) : (
        <WideTable label="Times, newest first" head={head} minWidth={560}>
          {occurrences.map((occurrence) => (
            <Table.Tr key={`${occurrence.dueAt} ${occurrence.outcome}`}>
              <Table.Td>
                <Due occurrence={occurrence} timeZone={timeZone} />
              </Table.Td>
              <Table.Td>
                <Outcome occurrence={occurrence} />
              </Table.Td>
              <Table.Td>{occurrence.reason ?? '–'}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </section>
  )
}
