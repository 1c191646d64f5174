import { Center, Loader, Stack, Text } from '@mantine/core'
import { problemOf } from '#renderer/data/problem.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { useRun } from '../run-context.ts'
import { GraphCanvas } from './graph-canvas.tsx'
import { useLayout } from '#renderer/ui/graph/use-layout.ts'
import classes from './graph.module.css'

/** The steps of the run as a graph. */
export function GraphView() {
  const { graph } = useRun()
  const { layout, error, retry } = useLayout(graph.pipelineDigest, graph.steps)
  if (error !== undefined) {
    const { message } = problemOf(error)
    return <ProblemAlert title="The graph cannot be drawn; the table has the same" message={message} onRetry={retry} />
  }
  if (layout === undefined) return <LayingOut steps={graph.steps.length} />
  return <GraphCanvas layout={layout} />
}

function LayingOut({ steps }: { readonly steps: number }) {
  return (
    <Center className={classes.canvas}>
      <Stack align="center" gap="xs" role="status">
        <Loader size="sm" aria-hidden />
        <Text size="sm">Laying out {steps.toLocaleString()} steps …</Text>
        {steps > 500 && <Text size="sm">This takes a few seconds. The table is there already.</Text>}
      </Stack>
    </Center>
  )
}
