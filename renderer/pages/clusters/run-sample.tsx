import { Button, Code, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Play, Workflow } from 'lucide-react'
import type { RunView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { useRememberedTarget } from '#renderer/data/use-target.ts'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'

/** Name of the sample that `minisub init` makes where none is named. */
const SAMPLE = 'hello'

/** Starts the sample on a target where its folder was added; else says how to get it. */
export function RunSample({ target }: { readonly target: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.pipelines(client))
  if (error !== null) {
    return <ProblemAlert title="The pipelines are not known" message={error.message} onRetry={() => void refetch()} />
  }
  if (data === undefined) return <Waiting what="the pipelines" />
  const sample = data.pipelines.find(({ name, state }) => name === SAMPLE && state === 'valid')
  return sample === undefined ? <WithoutSample target={target} /> : <StartSample target={target} file={sample.file} />
}

type StartProps = { readonly target: string; readonly file: string }

function StartSample({ target, file }: StartProps) {
  const client = useClient()
  const navigate = useNavigate()
  const call = useLongCall<RunView>({
    onDone: ({ id }) => void navigate({ to: '/runs/$run', params: { run: id } }),
    onDoneElsewhere: ({ id, pipeline }) => ({ title: `${pipeline} was started`, message: `It is run ${id}.` }),
    failedElsewhere: 'The sample was not started',
  })
  const start = () => call.begin(async (options) => client.startRun({ file, target }, options))
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

function WithoutSample({ target }: { readonly target: string }) {
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">
        Start one of your pipelines on it. To have the sample, run <Code>minisub init {SAMPLE}</Code> in a terminal and
        add the folder that it makes; then a button here starts it.
      </Text>
      <ToPipelines target={target} />
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
