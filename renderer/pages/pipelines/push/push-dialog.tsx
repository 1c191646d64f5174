import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CloudUpload, Play, RefreshCw } from 'lucide-react'
import { useEffect } from 'react'
import type { Plan } from '#core/contract/plan.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { pullsOf } from '../pulls.ts'
import type { StartRequest } from '../use-start-form.ts'
import { PlanView } from './plan-view.tsx'
import { usePush, type Pushing } from './use-push.ts'

type PushProps = {
  readonly request: StartRequest
  readonly onClose: () => void
  /** Whether a push is going on. */
  readonly onBusy: (isBusy: boolean) => void
}

/** What a push would do, made anew each time it is opened, and the buttons that do it. */
export function PushDialog({ request, onClose, onBusy }: PushProps) {
  const client = useClient()
  const { data, error, isFetching, refetch } = useQuery(queries.plan(client, planned(request)))
  const pushing = usePush(request, onClose)
  const { isBusy } = pushing.call
  useEffect(() => {
    onBusy(isBusy)
    return () => onBusy(false)
  }, [isBusy, onBusy])
  if (data === undefined) {
    return error === null ? (
      <Waiting what="the plan" />
    ) : (
      <ProblemAlert title="There is no plan" message={problemOf(error).message} onRetry={() => void refetch()} />
    )
  }
  return (
    <Stack gap="md">
      <PlanView plan={data} />
      {error !== null && <ProblemAlert title="It could not be planned again" message={problemOf(error).message} />}
      <Outcome pushing={pushing} />
      <Group>
        <Actions plan={data} pushing={pushing} isOld={isFetching || error !== null} />
        <Button
          variant="default"
          loading={isFetching}
          disabled={isBusy}
          leftSection={<RefreshCw size={16} aria-hidden />}
          onClick={() => void refetch()}
        >
          Plan again
        </Button>
      </Group>
    </Stack>
  )
}

/** How many steps run at once says nothing of what is pushed. */
function planned({ file, target, parameterTexts, cache }: StartRequest) {
  return { file, target, parameterTexts, cache }
}

function Outcome({ pushing: { call } }: { readonly pushing: Pushing }) {
  if (call.isBusy)
    return <ProgressLines title="Pushing" lines={call.lines} bars={pullsOf(call.lines)} onGiveUp={call.giveUp} />
  if (call.problem !== undefined)
    return <ProblemAlert title="The push failed" message={call.problem.message} details={call.problem.details} />
  if (!call.wasGivenUp) return null
  return (
    <Text size="sm" role="status">
      Given up: what was sent stays there, and the same push goes on from it.
    </Text>
  )
}

type ActionsProps = { readonly plan: Plan; readonly pushing: Pushing; readonly isOld: boolean }

/** Where the plan says no, the reason stands beside the buttons that do nothing. */
function Actions({ plan, pushing: { call, push }, isOld }: ActionsProps) {
  const isOff = plan.verdict === 'no' || isOld
  const expected = plan.template
  return (
    <>
      <Button
        disabled={isOff}
        loading={call.isBusy}
        leftSection={<CloudUpload size={16} aria-hidden />}
        onClick={() => push({ isToRun: false, expected })}
      >
        Push
      </Button>
      <Button
        variant="default"
        disabled={isOff || call.isBusy}
        leftSection={<Play size={16} aria-hidden />}
        onClick={() => push({ isToRun: true, expected })}
      >
        Push and run
      </Button>
      {plan.verdict === 'no' && <Text size="sm">Put right what failed first.</Text>}
    </>
  )
}
