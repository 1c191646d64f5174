import { useQuery } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'

/** The run that a version came of, as a link where it is known here. */
export function RunOfVersion({ run }: { readonly run: string }) {
  const client = useClient()
  const { data } = useQuery(trackedRunQueries.one(client, run))
  if (data === undefined) return <code>{run}</code>
  return (
    <TextLink inherit to="/experiments/$experiment/runs/$run" params={{ experiment: data.experiment, run }}>
      {data.name}
    </TextLink>
  )
}
