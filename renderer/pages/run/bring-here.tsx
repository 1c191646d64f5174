import { Button, Group, Stack, Text } from '@mantine/core'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { useRun } from './run-context.ts'

/** Takes to this machine what lies in the bucket of a cluster: of one step, or of the whole run. */
export function BringHere({ step }: { readonly step?: string }) {
  const { graph } = useRun()
  const client = useClient()
  const [bytes, setBytes] = useState<number>()
  const what = step === undefined ? `the run of ${graph.pipeline}` : `the step ${step}`
  const call = useLongCall<{ bytes: number }>({
    onDone: (result) => setBytes(result.bytes),
    onDoneElsewhere: (result) => ({ title: `The artifacts of ${what} are here`, message: broughtText(result.bytes) }),
    failedElsewhere: `The artifacts of ${what} could not be brought here`,
  })
  const bring = () => {
    setBytes(undefined)
    call.begin((options) => client.pullRun({ run: graph.id, ...(step === undefined ? {} : { step }) }, options))
  }
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm">
        Files lie in the bucket of {graph.target}; each is fetched when it is looked at. Bring them here to have them
        also without the cluster.
      </Text>
      {call.problem !== undefined && (
        <ProblemAlert title="They were not brought" message={call.problem.message} details={call.problem.details} />
      )}
      <Text size="sm" role="status">
        {call.wasGivenUp && 'Given up; what had come by then is kept.'}
        {bytes !== undefined && broughtText(bytes)}
      </Text>
      {call.isBusy && <ProgressLines title="Bringing artifacts here" lines={call.lines} onGiveUp={call.giveUp} />}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<Download size={14} aria-hidden />}
          loading={call.isBusy}
          onClick={bring}
        >
          Bring artifacts here
        </Button>
      </Group>
    </Stack>
  )
}

function broughtText(bytes: number): string {
  return bytes === 0 ? 'All of it is on this machine already.' : `${bytesText(bytes)} came; all of it is here now.`
}
