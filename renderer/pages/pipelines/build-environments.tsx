import { Button, Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Hammer } from 'lucide-react'
import { useState } from 'react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from './progress-lines.tsx'
import { useLongCall } from './use-long-call.ts'

/** Builds what the steps of a document need before a run does it. */
export function BuildEnvironments({ file }: { readonly file: string }) {
  const client = useClient()
  const cache = useQueryClient()
  const [built, setBuilt] = useState<readonly EnvironmentView[]>()
  const call = useLongCall<{ environments: EnvironmentView[] }>({
    onDone: ({ environments }) => {
      setBuilt(environments)
      void cache.invalidateQueries({ queryKey: ['environments'] })
    },
    onDoneElsewhere: () => ({ title: 'The environments are built', message: file }),
    failedElsewhere: 'The environments could not be built',
  })
  const build = () => {
    setBuilt(undefined)
    call.begin((options) => client.buildEnvironments({ file }, options))
  }
  return (
    <Stack gap="xs">
      <Text size="sm">A run builds what is missing; building now saves it the wait.</Text>
      {call.problem !== undefined && (
        <ProblemAlert title="They could not be built" message={call.problem.message} details={call.problem.details} />
      )}
      {call.wasGivenUp && (
        <Text size="sm" role="status">
          Given up; what was complete by then is kept.
        </Text>
      )}
      {built !== undefined && <Built environments={built} />}
      {call.isBusy && <ProgressLines title="Building" lines={call.lines} onGiveUp={call.giveUp} />}
      <Group>
        <Button
          variant="default"
          size="xs"
          loading={call.isBusy}
          leftSection={<Hammer size={14} aria-hidden />}
          onClick={build}
        >
          Build now
        </Button>
      </Group>
    </Stack>
  )
}

function Built({ environments }: { readonly environments: readonly EnvironmentView[] }) {
  if (environments.length === 0) {
    return (
      <Text size="sm" role="status">
        The document declares none: its steps use what PATH has.
      </Text>
    )
  }
  return (
    <div role="status">
      <ul>
        {environments.map(({ digest, pythonMinor, packages, sizeBytes }) => (
          <li key={digest}>
            <TextLink to="/environments/$digest" params={{ digest }} ff="monospace" size="sm">
              {digest.slice(0, 12)}
            </TextLink>
            : Python {pythonMinor ?? '?'}, {packages.length} packages, {bytesText(sizeBytes)}, ready
          </li>
        ))}
      </ul>
    </div>
  )
}
