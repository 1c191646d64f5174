import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Gauge } from 'lucide-react'
import { isFinalStep } from '#core/contract/events.ts'
import type { AttemptView, StepDetail } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { epochOf } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { AttemptChoice } from '../drawer/attempt-choice.tsx'
import { useStepDetail } from '../drawer/use-step-detail.ts'
import { WithRunLinks } from '../drawer/with-run-links.tsx'
import { useRun } from '../run-context.ts'
import { useRunSearch } from '../run-search.ts'
import { Figures } from './figures.tsx'
import { UsageCharts } from './usage-charts.tsx'
import { usageSeries } from './usage-series.ts'

/** So often a running attempt is looked at anew, as often as the core samples it. */
const EVERY_MS = 1_000

type StepProps = { readonly step: string; readonly item: number | null }

/** What the latest attempt of a step run used, or the one that the address names. */
export function ResourcesTab({ step, item }: StepProps) {
  const { data, error, refetch } = useStepDetail(step, item)
  const { attempt: named } = useRunSearch()
  if (data === undefined) {
    if (error === null) return <Waiting what="the resources" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The resources cannot be read" message={message} onRetry={() => void refetch()} />
  }
  const shown = data.attempts.find((it) => it.attempt === named) ?? data.attempts.at(-1)
  if (shown === undefined) return <NothingUsed detail={data} />
  return (
    <Stack gap="md">
      {data.attempts.length > 1 && <AttemptChoice attempts={data.attempts} shown={shown} />}
      <Figures attempt={shown} />
      <Usage key={shown.attempt} detail={data} attempt={shown} item={item} />
    </Stack>
  )
}

function NothingUsed({ detail: { view, cache } }: { readonly detail: StepDetail }) {
  return (
    <EmptyState icon={Gauge} title="Nothing was used">
      {view.status === 'cached' ? (
        <>
          The step did not run here: <WithRunLinks text={cache.reason} />.
        </>
      ) : view.status === 'pending' || view.status === 'running' ? (
        'The step has not started. What it uses is drawn here while it runs.'
      ) : (
        `The step was ${view.status} before it started.`
      )}
    </EmptyState>
  )
}

type UsageProps = { readonly detail: StepDetail; readonly attempt: AttemptView; readonly item: number | null }

/** The series of an attempt, live while it runs. */
function Usage({ detail, attempt, item }: UsageProps) {
  const { graph } = useRun()
  const client = useClient()
  const isOver = isFinalStep(attempt.status)
  const address = { run: graph.id, step: detail.view.name, item, attempt: attempt.attempt, isOver }
  const { data, error, refetch } = useQuery({
    ...queries.usage(client, address),
    // The curve so far stays until the whole is there.
    placeholderData: (before) => before,
    staleTime: isOver ? Infinity : 0,
    refetchInterval: isOver ? false : EVERY_MS,
  })
  if (data === undefined) {
    if (error === null) return <Waiting what="what it used" />
    return <ProblemAlert title="The series cannot be read" message={error.message} onRetry={() => void refetch()} />
  }
  const series = usageSeries(data.samples, epochOf(attempt.startedAt) ?? 0)
  if (series.seconds.length < 2) return <TooShort isOver={isOver} />
  return <UsageCharts series={series} detail={detail} />
}

function TooShort({ isOver }: { readonly isOver: boolean }) {
  return (
    <Text size="sm" role="status">
      {isOver
        ? 'It was too short for a curve: processors and memory are looked at once a second.'
        : 'The curves begin with the second look, within some seconds.'}
    </Text>
  )
}
