import { Button, Code, Stack, Text } from '@mantine/core'
import { FlaskConical, SearchX, Trash2 } from 'lucide-react'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { useChange, useExperimentSearch } from './use-search.ts'

const PYTHON = `import mlflow
mlflow.set_experiment("wine")
with mlflow.start_run(): mlflow.log_metric("loss", 0.25)`

/** How a program tracks a run: what to call in a shell, and three lines of Python. */
export function HowToTrack() {
  return (
    <Stack gap="xs" ta="left">
      <Text size="sm">In the terminal, then in Python:</Text>
      <Code block>{'eval "$(minisub tracking env)"'}</Code>
      <Code block>{PYTHON}</Code>
    </Stack>
  )
}

/** Why there is no run to see, and what to do. */
export function NoRuns() {
  const { filter, view } = useExperimentSearch()
  const change = useChange()
  if (filter !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title="No run fits the filter"
        action={
          <Button variant="default" onClick={() => change({ filter: undefined })}>
            Clear the filter
          </Button>
        }
      >
        The question mark beside the filter tells what it can be made of.
      </EmptyState>
    )
  }
  if (view === 'deleted') {
    return (
      <EmptyState
        icon={Trash2}
        title="No run is in the trash"
        action={
          <Button variant="default" onClick={() => change({ view: undefined })}>
            Show the runs
          </Button>
        }
      >
        Runs that are deleted come here, and can be restored until the trash is emptied.
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={FlaskConical} title="This experiment has no run yet">
      A program that uses MLflow tracks into it unchanged; so does each step of a pipeline. Runs appear here by
      themselves.
      <HowToTrack />
    </EmptyState>
  )
}
