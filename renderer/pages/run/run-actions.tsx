import { Button, Group, Popover, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ChevronDown, Play, RotateCcw, Square } from 'lucide-react'
import { useState, useSyncExternalStore } from 'react'
import { isFinalRun } from '#core/contract/events.ts'
import { endingOf } from '#core/contract/run-ending.ts'
import type { RunProgress } from '#core/contract/run-progress.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { MoveRun } from './move-run.tsx'
import { useRun } from './run-context.ts'
import { TwinOffer } from './twin-offer.tsx'
import { useSlowProgress } from './use-slow-progress.ts'

/** What may be done with a run as it is now. */
export function RunActions() {
  const { graph, live } = useRun()
  const status = useSyncExternalStore(live.subscribe, () => live.progress().status)
  return (
    <Group gap="xs">
      {!isFinalRun(status) && <CancelButton />}
      {(status === 'failed' || status === 'cancelled') && <ResumeButton />}
      {status !== 'succeeded' && <MoveRun />}
      <TwinOffer />
      <ButtonLink
        to="/pipelines/$pipeline"
        params={{ pipeline: graph.pipelineId }}
        search={{ from: graph.id }}
        variant="default"
        leftSection={<Play size={16} aria-hidden />}
      >
        Run again with changes
      </ButtonLink>
    </Group>
  )
}

/** What is stopped by a cancel: the steps that run now. */
function whatIsLost({ steps }: RunProgress): string {
  const active = [...steps.values()].filter((step) => step.active.size > 0)
  if (active.length === 0) return 'Nothing runs at this moment; steps that wait do not start.'
  const named = active.slice(0, 5).map(({ name, total, active: { size } }) => {
    return total === null ? name : `${name} (${size} ${size === 1 ? 'item' : 'items'})`
  })
  const more = active.length > 5 ? ` and ${active.length - 5} more` : ''
  return `What runs now is stopped and its work is lost: ${named.join(', ')}${more}. Steps that wait do not start.`
}

function WhatIsLost() {
  const { live } = useRun()
  const progress = useSlowProgress(live, 1_000)
  return (
    <Text size="sm">
      {whatIsLost(progress)} What has succeeded stays, and can be resumed.
      {endingOf(progress) === 'draining' && ' Its move is given up too.'}
    </Text>
  )
}

function CancelButton() {
  const { graph, live } = useRun()
  const client = useClient()
  const [isOpen, setOpen] = useState(false)
  useHeadingAfterwards(isOpen)
  const ending = useSyncExternalStore(live.subscribe, () => endingOf(live.progress()))
  const cancel = useMutation({
    mutationFn: () => client.cancelRun({ run: graph.id }),
    onSuccess: () => setOpen(false),
  })
  return (
    <Popover opened={isOpen} onChange={setOpen} width={320} position="bottom-end" trapFocus returnFocus withArrow>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<Square size={16} aria-hidden />}
          loading={ending === 'cancelling'}
          onClick={() => setOpen(!isOpen)}
        >
          Cancel
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Cancel the run?">
        <Stack gap="sm">
          <WhatIsLost />
          {cancel.error !== null && <ProblemAlert title="Not cancelled" message={problemOf(cancel.error).message} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={() => setOpen(false)}>
              Go on
            </Button>
            <Button color="red" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel the run
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function ResumeButton() {
  const { graph } = useRun()
  const client = useClient()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const resume = useMutation({
    mutationFn: (withCode: boolean) => client.resumeRun({ run: graph.id, withCode }),
    onSuccess: ({ id }) => navigate({ to: '/runs/$run', params: { run: id } }),
    onError: (error) => {
      const { message } = problemOf(error)
      notifications.show({ color: 'red', title: 'The run was not resumed', message, autoClose: false })
    },
  })
  const start = (withCode: boolean) => {
    setOpen(false)
    resume.mutate(withCode)
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} width={320} position="bottom-end" trapFocus returnFocus withArrow>
      <Popover.Target>
        <Button
          leftSection={<RotateCcw size={16} aria-hidden />}
          rightSection={<ChevronDown size={16} aria-hidden />}
          loading={resume.isPending}
          onClick={() => setOpen(!isOpen)}
        >
          Resume
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Resume the run">
        <Stack gap="sm">
          <Button fullWidth onClick={() => start(false)}>
            With the same code
          </Button>
          <Text size="sm">Steps that succeeded are taken over.</Text>
          <Button fullWidth variant="default" onClick={() => start(true)}>
            With today’s code
          </Button>
          <Text size="sm">Steps whose code changed, and all below them, run again.</Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
