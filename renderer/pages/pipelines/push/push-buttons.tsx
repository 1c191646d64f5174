import { Button, Group, Text } from '@mantine/core'
import { CloudUpload, Play } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import type { Plan } from '#core/contract/plan.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { pullsOf } from '../pulls.ts'
import type { StartRequest } from '../use-start-form.ts'
import type { Pushing } from './use-push.ts'

type ButtonsProps = {
  readonly request: StartRequest
  readonly plan: Plan
  readonly pushing: Pushing
  /** Whether there may be a newer plan. */
  readonly isOld: boolean
  /** What makes one. */
  readonly again: ReactNode
}

/** Where the plan says no, the reason stands beside the buttons that do nothing. */
export function PushButtons({ request, plan, pushing: { call, push }, isOld, again }: ButtonsProps) {
  const reason = useId()
  const isNo = plan.verdict === 'no'
  const described = isNo ? { 'aria-describedby': reason } : {}
  return (
    <Group>
      <Button
        {...described}
        disabled={isNo || isOld}
        loading={call.isBusy}
        leftSection={<CloudUpload size={16} aria-hidden />}
        onClick={() => push(request, { isToRun: false, expected: plan.template })}
      >
        Push
      </Button>
      <Button
        {...described}
        variant="default"
        disabled={isNo || isOld || call.isBusy}
        leftSection={<Play size={16} aria-hidden />}
        onClick={() => push(request, { isToRun: true, expected: plan.template })}
      >
        Push and run
      </Button>
      {again}
      {isNo && (
        <Text id={reason} size="sm">
          Put right what failed first.
        </Text>
      )}
    </Group>
  )
}

/** How far a push is, or how it ended where nothing came of it. */
export function PushOutcome({ pushing: { call } }: { readonly pushing: Pushing }) {
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
