import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { useLiveRun } from '#renderer/data/use-run.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { RunBody } from './run-body.tsx'
import { RunProvider } from './run-context.ts'

/** A run: how far it is, and all that it left. */
export function RunPage() {
  const { run } = useParams({ from: '/runs/$run' })
  return <OneRun key={run} run={run} />
}

function OneRun({ run }: { readonly run: string }) {
  const client = useClient()
  // What was fetched for an earlier visit would have to catch up by events: a fresh graph is there sooner.
  const { data: graph, error, refetch } = useQuery({ ...queries.graph(client, run), staleTime: 0, gcTime: 0 })
  const live = useLiveRun(graph)
  if (graph !== undefined && live !== undefined) {
    return (
      <RunProvider value={{ graph, live }}>
        <RunBody />
      </RunProvider>
    )
  }
  if (error === null) {
    return (
      <Page title="Run">
        <Waiting what="the run" />
      </Page>
    )
  }
  const problem = problemOf(error)
  if (problem.code === 'not_found' || problem.code === 'invalid_request') return <NoRun run={run} />
  return (
    <Page title="Run">
      <ProblemAlert title="The run cannot be read" message={problem.message} onRetry={() => void refetch()} />
    </Page>
  )
}

function NoRun({ run }: { readonly run: string }) {
  return (
    <Page title="No such run">
      <EmptyState
        icon={SearchX}
        title="No run has this id"
        action={
          <ButtonLink to="/runs" variant="default">
            All runs
          </ButtonLink>
        }
      >
        This core knows no run <code>{run}</code>. It may be of another data folder, or the address was mistyped.
      </EmptyState>
    </Page>
  )
}
