import { Alert, Text } from '@mantine/core'
import { Unplug } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useRun } from './run-context.ts'

/** What one should know of the run as a whole, such as that its cluster is not heard; said politely when it comes. */
export function RunNotice() {
  const { live } = useRun()
  const notice = useSyncExternalStore(live.subscribe, () => live.progress().notice)
  return (
    <div role="status" aria-label="Notice">
      {notice !== null && (
        <Alert mt="sm" color="orange" icon={<Unplug size={18} aria-hidden />} title="The cluster is not heard now">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            The run goes on there, and what happened meanwhile is shown when the connection is back. {notice}
          </Text>
        </Alert>
      )}
    </div>
  )
}
