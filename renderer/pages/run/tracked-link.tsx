import { useQuery } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { useRun } from './run-context.ts'

/** The tracked run of this run, or of a step run of it; undefined until it is known, null where nothing is tracked. */
export function useTracked(step: { readonly step: string; readonly item: number | null } | null) {
  const { graph } = useRun()
  const client = useClient()
  return useQuery(trackedRunQueries.ofPipeline(client, graph.id, step)).data
}

type TrackedProps = { readonly tracked: NonNullable<ReturnType<typeof useTracked>> }

/** Goes to what was tracked: metrics, parameters, files. */
export function TrackedLink({ tracked: { id, experiment, experimentName, metrics } }: TrackedProps) {
  return (
    <>
      <TextLink inherit underline="always" to="/experiments/$experiment/runs/$run" params={{ experiment, run: id }}>
        {experimentName}
      </TextLink>
      {metrics.length > 0 && ` (${metrics.length === 1 ? '1 metric' : `${metrics.length} metrics`})`}
    </>
  )
}
