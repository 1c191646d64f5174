import { Alert, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Truck } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import type { MoveState, MoveView } from '#core/contract/move.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { useRun } from './run-context.ts'

const WORDS: Readonly<Record<Exclude<MoveState, 'done' | 'unneeded' | 'failed'>, string>> = {
  checking:
    'It is checked there whether the run can go on, and what it needs is brought there; meanwhile it goes on here.',
  stopping: 'The run is being stopped here.',
  preparing: 'What has succeeded is made ready there; the new run begins then.',
}

/** What became of the wish that a run goes on elsewhere, while that is open or where it failed; said politely when it comes. */
export function MoveNotice() {
  const { graph, live } = useRun()
  const client = useClient()
  // Nothing is left to be moved of one that succeeded.
  const isNeeded = useSyncExternalStore(live.subscribe, () => live.progress().status !== 'succeeded')
  const { data } = useQuery({ ...queries.move(client, graph.id), enabled: isNeeded })
  return (
    <div role="status" aria-label="Move">
      {data !== undefined && data !== null && <Words move={data} />}
    </div>
  )
}

function Words({ move: { target, state, mode, problem } }: { readonly move: MoveView }) {
  if (state === 'done' || state === 'unneeded') return null
  const isFailed = state === 'failed'
  const isWaiting = state === 'stopping' && mode === 'wait'
  return (
    <Alert
      mt="sm"
      color={isFailed ? 'red' : 'blue'}
      icon={<Truck size={18} aria-hidden />}
      title={isFailed ? `Its move to ${target} failed` : `It is being moved to ${target}`}
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {isFailed
          ? `${problem?.message ?? 'It is not known why'}. It can be asked for again.`
          : isWaiting
            ? 'Steps that run here end first, and no other begins.'
            : WORDS[state]}
      </Text>
    </Alert>
  )
}
