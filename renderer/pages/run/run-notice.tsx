import { Alert, Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Unplug } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { endingOf } from '#core/contract/run-ending.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { useRun } from './run-context.ts'

/** What one should know of the run as a whole, such as that its cluster is not heard; said politely when it comes. */
export function RunNotice() {
  const { live } = useRun()
  const notice = useSyncExternalStore(live.subscribe, () => live.progress().notice)
  const isCancelling = useSyncExternalStore(live.subscribe, () => endingOf(live.progress()) === 'cancelling')
  return (
    <div role="status" aria-label="Notice">
      {notice !== null && (
        <Alert mt="sm" color="orange" icon={<Unplug size={18} aria-hidden />} title="The cluster is not heard now">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {isCancelling
              ? 'The run is cancelled there when the connection is back.'
              : 'The run goes on there, and what happened meanwhile is shown when the connection is back.'}{' '}
            {notice}
          </Text>
          {isCancelling && <GiveUp />}
        </Alert>
      )}
    </div>
  )
}

/** Ends a run here whose cluster may never be heard again. */
function GiveUp() {
  const { graph } = useRun()
  const client = useClient()
  const giveUp = useMutation({ mutationFn: () => client.cancelRun({ run: graph.id, force: true }) })
  return (
    <>
      {giveUp.error !== null && <ProblemAlert title="Not ended" message={problemOf(giveUp.error).message} />}
      <Button mt="xs" size="xs" variant="default" loading={giveUp.isPending} onClick={() => giveUp.mutate()}>
        End it here without the cluster
      </Button>
    </>
  )
}
