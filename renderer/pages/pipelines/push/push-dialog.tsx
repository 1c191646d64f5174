import { Button, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import type { StartRequest } from '../use-start-form.ts'
import { PlanView } from './plan-view.tsx'
import { PushButtons, PushOutcome } from './push-buttons.tsx'
import type { Pushing } from './use-push.ts'
import { Verdict } from './verdict.tsx'

type PushProps = { readonly request: StartRequest; readonly pushing: Pushing }

/** What a push would do, made anew each time it is opened, with the buttons that do it below the verdict. */
export function PushDialog({ request, pushing }: PushProps) {
  const client = useClient()
  const { data, error, isFetching, refetch } = useQuery(queries.plan(client, planned(request)))
  const again = () => void refetch()
  const failure = error !== null && !isFetching && (
    <ProblemAlert
      title={data === undefined ? 'There is no plan' : 'There is no newer plan'}
      message={problemOf(error).message}
      onRetry={again}
    />
  )
  if (data === undefined) return failure === false ? <Waiting what="the plan" /> : failure
  const planAgain = (
    <Button
      variant="default"
      loading={isFetching}
      disabled={pushing.call.isBusy}
      leftSection={<RefreshCw size={16} aria-hidden />}
      onClick={again}
    >
      Plan again
    </Button>
  )
  return (
    <Stack gap="lg">
      <Verdict plan={data} />
      {failure}
      <PushOutcome pushing={pushing} />
      <PushButtons
        request={request}
        plan={data}
        pushing={pushing}
        isOld={isFetching || error !== null}
        again={planAgain}
      />
      <PlanView plan={data} />
    </Stack>
  )
}

/** How many steps run at once says nothing of what is pushed. */
function planned({ file, target, parameterTexts, cache }: StartRequest) {
  return { file, target, parameterTexts, cache }
}
