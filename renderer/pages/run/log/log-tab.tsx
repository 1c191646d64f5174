import { Group, NativeSelect } from '@mantine/core'
import { ScrollText } from 'lucide-react'
import type { StepDetail } from '#core/contract/run.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useStepDetail } from '../drawer/use-step-detail.ts'
import { useRun } from '../run-context.ts'
import { useChangeSearch, useRunSearch } from '../run-search.ts'
import { WithRunLinks } from '../drawer/with-run-links.tsx'
import { LogView } from './log-view.tsx'
import classes from './log.module.css'

type StepProps = { readonly step: string; readonly item: number | null }

/** The log of a step run: of its latest attempt, or of the one that the address names. */
export function LogTab({ step, item }: StepProps) {
  const { graph } = useRun()
  const { attempt: named } = useRunSearch()
  const { data, error, refetch } = useStepDetail(step, item)
  if (data === undefined) {
    if (error === null) return <Waiting what="the log" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The log cannot be read" message={message} onRetry={() => void refetch()} />
  }
  const latest = data.attempts.at(-1)
  if (latest === undefined) return <NoLog detail={data} />
  const shown = data.attempts.find((it) => it.attempt === named) ?? latest
  return (
    <div className={classes.view}>
      {data.attempts.length > 1 && <AttemptChoice detail={data} attempt={shown.attempt} />}
      <LogView key={shown.attempt} address={{ run: graph.id, step, item, attempt: shown.attempt }} />
    </div>
  )
}

function NoLog({ detail: { view, cache } }: { readonly detail: StepDetail }) {
  const title = view.status === 'pending' ? 'Nothing was written yet' : 'There is no log'
  return (
    <EmptyState icon={ScrollText} title={title}>
      {view.status === 'cached' ? (
        <>
          The step did not run here: <WithRunLinks text={cache.reason} />. Its log is there.
        </>
      ) : view.status === 'pending' || view.status === 'running' ? (
        'The step has not started. What it writes is seen here at once.'
      ) : (
        `The step was ${view.status} before it started.`
      )}
    </EmptyState>
  )
}

type ChoiceProps = { readonly detail: StepDetail; readonly attempt: number }

function AttemptChoice({ detail: { attempts }, attempt }: ChoiceProps) {
  const change = useChangeSearch()
  const latest = attempts.at(-1)?.attempt
  return (
    <Group gap="xs">
      <NativeSelect
        aria-label="Attempt"
        size="xs"
        value={String(attempt)}
        data={attempts.map((it) => ({
          value: String(it.attempt),
          label: `Attempt ${it.attempt}: ${it.status}${it.attempt === latest ? ' (latest)' : ''}`,
        }))}
        onChange={(event) => {
          const chosen = Number(event.currentTarget.value)
          change({ attempt: chosen === latest ? undefined : chosen })
        }}
      />
    </Group>
  )
}
