import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { RunBody } from './run-body.tsx'

/** One tracked run: what was logged, live. */
export function TrackedRunPage() {
  const { experiment, run } = useParams({ from: '/experiments/$experiment/runs/$run' })
  const client = useClient()
  const { data, error, refetch } = useQuery(trackedRunQueries.one(client, run))
  if (data !== undefined) return <RunBody key={run} run={data} />
  if (error === null) {
    return (
      <Page title="Tracked run">
        <Waiting what="the run" />
      </Page>
    )
  }
  const problem = problemOf(error)
  if (problem.code === 'not_found' || problem.code === 'invalid_request') {
    return <NoRun experiment={experiment} run={run} />
  }
  return (
    <Page title="Tracked run">
      <ProblemAlert title="The run cannot be read" message={problem.message} onRetry={() => void refetch()} />
    </Page>
  )
}

function NoRun({ experiment, run }: { readonly experiment: string; readonly run: string }) {
  return (
    <Page title="No such run">
      <EmptyState
        icon={SearchX}
        title="No tracked run has this id"
        action={
          <ButtonLink to="/experiments/$experiment" params={{ experiment }} variant="default">
            The experiment
          </ButtonLink>
        }
      >
        This core knows no tracked run <code>{run}</code>. It may have been purged, or be of another data folder.
      </EmptyState>
    </Page>
  )
}
