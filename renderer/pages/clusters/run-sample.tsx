import { Button, Group, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Play, Workflow } from 'lucide-react'
import type { RunView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { useRememberedTarget } from '#renderer/data/use-target.ts'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'

/** It needs nothing but Python. */
const SAMPLE = 'hello'

/** Starts the sample on a target, from its copy in the data folder. */
export function RunSample({ target }: { readonly target: string }) {
  const client = useClient()
  const navigate = useNavigate()
  const call = useLongCall<RunView>({
    onDone: ({ id }) => void navigate({ to: '/runs/$run', params: { run: id } }),
    onDoneElsewhere: ({ id, pipeline }) => ({ title: `${pipeline} was started`, message: `It is run ${id}.` }),
    failedElsewhere: 'The sample was not started',
  })
  const start = () =>
    call.begin(async (options) => {
      const { file } = await client.addSample({ name: SAMPLE })
      return client.startRun({ file, target }, options)
    })
  return (
    <Stack gap="sm">
      {call.problem !== undefined && (
        <ProblemAlert
          title="The sample was not started"
          message={call.problem.message}
          details={call.problem.details}
        />
      )}
      {call.isBusy && <ProgressLines title="Starting the sample" lines={call.lines} onGiveUp={call.giveUp} />}
      <Group>
        <Button leftSection={<Play size={16} aria-hidden />} loading={call.isBusy} onClick={start}>
          Run the sample on it
        </Button>
        <ToPipelines target={target} />
      </Group>
    </Stack>
  )
}

/** Goes to the pipelines with the target chosen. */
function ToPipelines({ target }: { readonly target: string }) {
  const [, remember] = useRememberedTarget()
  return (
    <ButtonLink
      to="/pipelines"
      variant="default"
      leftSection={<Workflow size={16} aria-hidden />}
      onClick={() => remember(target)}
    >
      Choose a pipeline for it
    </ButtonLink>
  )
}
