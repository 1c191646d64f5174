import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Truck } from 'lucide-react'
import { useState } from 'react'
import { isFinalMove, type MoveView } from '#core/contract/move.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { TargetField } from '#renderer/ui/target-field.tsx'
import { useRun } from './run-context.ts'

/** Lets the run go on on another target; nothing where it was moved already. */
export function MoveRun() {
  const { graph } = useRun()
  const client = useClient()
  const { data } = useQuery(queries.move(client, graph.id))
  const [isOpen, setOpen] = useState(false)
  useHeadingAfterwards(isOpen)
  if (graph.movedTo !== undefined || data?.state === 'done') return null
  return (
    <>
      <Button variant="default" leftSection={<Truck size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Move to…
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Move the run to another target" size="lg">
        <MoveForm open={data ?? undefined} onClose={() => setOpen(false)} />
      </Modal>
    </>
  )
}

type FormProps = { readonly open: MoveView | undefined; readonly onClose: () => void }

function MoveForm({ open, onClose }: FormProps) {
  const { graph } = useRun()
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.targets(client))
  const targets = data?.targets.filter(({ name }) => name !== graph.target)
  const [chosen, setChosen] = useState<string>()
  const [waits, setWaits] = useState(false)
  const call = useMove(onClose)
  // One that goes on can be hurried, not turned elsewhere.
  const going = open !== undefined && !isFinalMove(open.state) ? open.target : undefined
  const target = going ?? chosen ?? targets?.[0]?.name ?? ''
  return (
    <Stack>
      <Text size="sm">
        A new run begins there with all that has succeeded here; this one ends as cancelled, or stays failed. Everything
        is checked first, while this run goes on.
      </Text>
      {targets?.length === 0 ? (
        <Text size="sm">There is no other target: add a cluster in the settings.</Text>
      ) : (
        <TargetField
          name="move-target"
          label="Where it goes on"
          targets={going === undefined ? targets : targets?.filter(({ name }) => name === going)}
          error={error}
          target={target}
          onChoose={setChosen}
          onLookAgain={() => void refetch()}
          consequence="The move is refused until it answers; nothing of the run is changed."
        />
      )}
      <Checkbox
        label="Let steps that run end first"
        description="Otherwise they are stopped, and run again there"
        checked={waits}
        onChange={({ currentTarget }) => setWaits(currentTarget.checked)}
      />
      {call.problem !== undefined && <ProblemAlert title="It was not moved" message={call.problem.message} />}
      {call.isBusy && <ProgressLines title="Moving" lines={call.lines} onGiveUp={call.giveUp} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {call.isBusy ? 'Close; the move goes on' : 'Go back'}
        </Button>
        <Button loading={call.isBusy} disabled={target === ''} onClick={() => call.move(target, waits)}>
          Move the run
        </Button>
      </Group>
    </Stack>
  )
}

/** Asks for the move, and gives it up while that can be done; then the page of the new run is shown. */
function useMove(onClose: () => void) {
  const { graph } = useRun()
  const client = useClient()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const run = graph.id
  const look = () => void cache.invalidateQueries({ queryKey: queries.move(client, run).queryKey })
  const call = useLongCall<{ readonly move: MoveView }>({
    onDone: ({ move }) => {
      look()
      onClose()
      if (move.state === 'done') void navigate({ to: '/runs/$run', params: { run: move.newRun } })
    },
    onProblem: look,
    onDoneElsewhere: ({ move: { state, target, newRun } }) => ({
      title: state === 'done' ? `The run goes on on ${target}` : 'The run needed no move',
      message: state === 'done' ? `As run ${newRun}.` : 'It succeeded before it was stopped.',
    }),
    failedElsewhere: 'The run was not moved',
  })
  return {
    ...call,
    move: (target: string, waits: boolean) => {
      call.begin((options) => client.moveRun({ run, target, mode: waits ? 'wait' : 'now' }, options))
      setTimeout(look, 500)
    },
    giveUp: () => {
      call.giveUp()
      // One whose run is stopped for it goes on, and can be ended with its run alone.
      const tell = (error: unknown) =>
        notifications.show({ title: 'The move goes on', message: problemOf(error).message, autoClose: false })
      client.giveUpMove({ run, onlyChecking: true }).catch(tell).finally(look)
    },
  }
}
