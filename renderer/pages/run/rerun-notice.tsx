import { Alert, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Bug } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { isFinalRun } from '#core/contract/events.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { useRun } from './run-context.ts'

/** Of a run that does one step of another again: of which, and when it is over how it went beside that one. */
export function RerunNotice() {
  const { graph, live } = useRun()
  const client = useClient()
  const isOver = useSyncExternalStore(live.subscribe, () => isFinalRun(live.progress().status))
  const { data } = useQuery({ ...queries.rerun(client, graph.id), enabled: graph.only !== null && isOver })
  if (graph.only === null || graph.resumes === null) return null
  return (
    <Alert mt="sm" color="gray" icon={<Bug size={18} aria-hidden />} title={`Only ${graph.only} runs again here`}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        It is of{' '}
        <TextLink inherit c="inherit" underline="always" to="/runs/$run" params={{ run: graph.resumes }}>
          run {graph.resumes}
        </TextLink>
        , from which all that it reads was taken over.{data !== undefined && ` It ${data.sentence}.`}
      </Text>
    </Alert>
  )
}
