import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Container } from 'lucide-react'
import { isFinalStep } from '#core/contract/events.ts'
import type { AttemptView, StepDetail } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { AttemptChoice } from '../drawer/attempt-choice.tsx'
import { useStepDetail } from '../drawer/use-step-detail.ts'
import { useRun } from '../run-context.ts'
import { useRunSearch } from '../run-search.ts'
import { PodFacts } from './pod-facts.tsx'

/** So often a pod that lives is looked at anew, in ms. */
const EVERY_MS = 2_000

type StepProps = { readonly step: string; readonly item: number | null }

/** The pod of the latest attempt of a step run, or of the one that the address names. */
export function PodTab({ step, item }: StepProps) {
  const { data, error, refetch } = useStepDetail(step, item)
  const { attempt: named } = useRunSearch()
  if (data === undefined) {
    if (error === null) return <Waiting what="the pod" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The step cannot be read" message={message} onRetry={() => void refetch()} />
  }
  const shown = data.attempts.find((it) => it.attempt === named) ?? data.attempts.at(-1)
  if (shown === undefined) return <NoPod detail={data} />
  return (
    <Stack gap="md">
      {data.attempts.length > 1 && <AttemptChoice attempts={data.attempts} shown={shown} />}
      <PodOfAttempt key={shown.attempt} attempt={shown} place={{ step, item }} />
    </Stack>
  )
}

function NoPod({ detail: { view, cache } }: { readonly detail: StepDetail }) {
  return (
    <EmptyState icon={Container} title="No pod was made">
      {view.status === 'cached'
        ? `The step did not run here: ${cache.reason}.`
        : view.status === 'pending' || view.status === 'running'
          ? 'The step has not started. Its pod and what the cluster says of it are seen here when there is one.'
          : `The step was ${view.status} before it started.`}
    </EmptyState>
  )
}

type AttemptProps = { readonly attempt: AttemptView; readonly place: StepProps }

function PodOfAttempt({ attempt: { attempt, status }, place }: AttemptProps) {
  const { graph } = useRun()
  const client = useClient()
  const isOver = isFinalStep(status)
  const { data, error, refetch } = useQuery({
    ...queries.pod(client, { run: graph.id, ...place, attempt, isOver }),
    // What was there stays until the state after the end is there.
    placeholderData: (before) => before,
    staleTime: 0,
    refetchInterval: isOver ? false : EVERY_MS,
  })
  const failure = error === null ? undefined : problemOf(error).message
  return (
    <>
      {failure !== undefined && (
        <ProblemAlert
          title={data === undefined ? 'The pod cannot be read' : 'This may be old'}
          message={failure}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && failure === undefined && <Waiting what="the pod" />}
      {data?.pod === null && <Gone isOver={isOver} />}
      {data !== undefined && data.pod !== null && <PodFacts pod={data.pod} />}
    </>
  )
}

function Gone({ isOver }: { readonly isOver: boolean }) {
  return (
    <EmptyState icon={Container} title={isOver ? 'The pod is gone' : 'There is no pod yet'}>
      {isOver
        ? 'The cluster has removed it with what it said of it. Log and outputs were kept: see the other tabs.'
        : 'Argo has not made it yet. It is looked for every two seconds.'}
      <Text span display="block" size="sm" mt="xs">
        With kubectl: <code>kubectl get workflow,pod</code>
      </Text>
    </EmptyState>
  )
}
