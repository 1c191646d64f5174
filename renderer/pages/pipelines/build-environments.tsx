import { Button, Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Hammer } from 'lucide-react'
import { useState } from 'react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { pullsOf } from './pulls.ts'

/** What environments are built for, by the name of the target: folders for processes, images for the engine. */
const BUILT = { process: 'folders on this machine', docker: 'images of the container engine' } as const

type BuildProps = {
  readonly file: string
  /** The target that a run would be started on. */
  readonly target: string
}

/** Builds what the steps of a document need before a run does it; for a cluster only a run does it. */
export function BuildEnvironments({ file, target }: BuildProps) {
  if (target === 'process' || target === 'docker') return <BuildHere file={file} kind={target} />
  return (
    <Text size="sm">
      On {target} they are images of its registry. A run builds and pushes what is missing there; what it has already it
      is not sent again.
    </Text>
  )
}

function BuildHere({ file, kind }: { readonly file: string; readonly kind: keyof typeof BUILT }) {
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
    call.begin((options) => client.buildEnvironments({ file, target: kind }, options))
  }
  return (
    <Stack gap="xs">
      <Text size="sm">
        A run builds what is missing; building now saves it the wait. For {kind} they are {BUILT[kind]}.
      </Text>
      {call.problem !== undefined && (
        <ProblemAlert title="They could not be built" message={call.problem.message} details={call.problem.details} />
      )}
      {call.wasGivenUp && (
        <Text size="sm" role="status">
          Given up; what was complete by then is kept.
        </Text>
      )}
      {built !== undefined && <Built environments={built} />}
      {call.isBusy && (
        <ProgressLines title="Building" lines={call.lines} bars={pullsOf(call.lines)} onGiveUp={call.giveUp} />
      )}
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
        {environments.map((environment) => (
          <li key={`${environment.kind} ${environment.digest}`}>
            <TextLink to="/environments/$digest" params={{ digest: environment.digest }} ff="monospace" size="sm">
              {environment.digest.slice(0, 12)}
            </TextLink>
            : {words(environment)}
          </li>
        ))}
      </ul>
    </div>
  )
}

function words({ kind, image, pythonMinor, packages, sizeBytes }: EnvironmentView): string {
  const python = pythonMinor === null ? [] : [`Python ${pythonMinor}`, `${packages.length} packages`]
  const tag = image === null ? [] : [`image ${image}`]
  const parts = kind === 'image' ? [...tag, ...python] : python
  return [...parts, bytesText(sizeBytes), 'ready'].join(', ')
}
