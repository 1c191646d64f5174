import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Bug } from 'lucide-react'
import type { RerunStart } from '#core/contract/pulled-step.ts'
import type { StepDetail } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { queries } from '#renderer/data/queries.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { useRun } from '../run-context.ts'
import { whyNotHere } from './why-not-here.ts'

type Props = { readonly detail: StepDetail; readonly item: number | null }

/** Of a step that failed on a cluster: does it again on this machine, and goes to the run that does. */
export function RerunHere({ detail, item }: Props) {
  const { graph } = useRun()
  const { view, attempts } = detail
  const isFailed = view.status === 'failed' || view.status === 'lost'
  if (!isOnCluster(graph) || !isFailed || attempts.length === 0) return null
  return <RerunButton detail={detail} item={item} />
}

function RerunButton({ detail, item }: Props) {
  const { graph } = useRun()
  const client = useClient()
  const navigate = useNavigate()
  const { data } = useQuery(queries.targets(client))
  const why = whyNotHere(detail, data?.targets)
  const { name: step } = detail.view
  const call = useLongCall<RerunStart>({
    onDone: ({ run }) => void navigate({ to: '/runs/$run', params: { run: run.id } }),
    onDoneElsewhere: ({ run }) => ({ title: `The step ${step} runs here`, message: `It is run ${run.id}.` }),
    failedElsewhere: `The step ${step} could not be run here`,
  })
  const begin = () => {
    call.begin((options) => client.rerunStep({ run: graph.id, step, ...(item === null ? {} : { item }) }, options))
  }
  return (
    <Stack gap="xs">
      {call.problem !== undefined && (
        <ProblemAlert title="It does not run here" message={call.problem.message} details={call.problem.details} />
      )}
      {call.isBusy && <ProgressLines title="Bringing the step here" lines={call.lines} onGiveUp={call.giveUp} />}
      <Group gap="sm">
        <Button
          variant="default"
          size="xs"
          leftSection={<Bug size={14} aria-hidden />}
          loading={call.isBusy}
          disabled={why !== null}
          aria-describedby="rerun-here"
          onClick={begin}
        >
          Rerun here
        </Button>
        <Text id="rerun-here" size="sm" style={{ flex: 1, overflowWrap: 'anywhere' }}>
          {why ?? 'With the same inputs, code and image, on this machine and alone.'}
        </Text>
      </Group>
    </Stack>
  )
}
