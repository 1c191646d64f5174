import { Group, NativeSelect } from '@mantine/core'
import { ScrollText } from 'lucide-react'
import { useState } from 'react'
import type { StepDetail } from '#core/contract/run.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useStepDetail } from '../drawer/use-step-detail.ts'
import { useRun } from '../run-context.ts'
import { useChangeSearch, useRunSearch } from '../run-search.ts'
import { WithRunLinks } from '../drawer/with-run-links.tsx'
import type { LogAddress } from './log-reader.ts'
import { LogView } from './log-view.tsx'
import classes from './log.module.css'

type StepProps = { readonly step: string; readonly item: number | null }

/** The log of a step run: of its latest attempt, or of the one that the address names. */
export function LogTab({ step, item }: StepProps) {
  const { graph } = useRun()
  const { data, error, refetch } = useStepDetail(step, item)
  if (data === undefined) {
    if (error === null) return <Waiting what="the log" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The log cannot be read" message={message} onRetry={() => void refetch()} />
  }
  if (data.attempts.length === 0) return <NoLog detail={data} />
  return <LogOfAttempt detail={data} place={{ run: graph.id, step, item }} />
}

type AttemptProps = { readonly detail: StepDetail; readonly place: Omit<LogAddress, 'attempt'> }

/** Who follows goes on to the next attempt; who reads or searches is left where they are. */
function LogOfAttempt({ detail, place }: AttemptProps) {
  const { attempts } = detail
  const { attempt: named, line } = useRunSearch()
  const latest = attempts.at(-1)?.attempt ?? 1
  const [isFollowing, setFollowing] = useState(true)
  const [kept, setKept] = useState(latest)
  if (isFollowing && kept !== latest) setKept(latest)
  const shown = attempts.find((it) => it.attempt === named)?.attempt ?? kept
  return (
    <div className={classes.view}>
      {attempts.length > 1 && <AttemptChoice detail={detail} attempt={shown} onLatest={() => setKept(latest)} />}
      <LogView key={line ?? ''} address={{ ...place, attempt: shown }} line={line} onFollowing={setFollowing} />
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

type ChoiceProps = { readonly detail: StepDetail; readonly attempt: number; readonly onLatest: () => void }

function AttemptChoice({ detail: { attempts }, attempt, onLatest }: ChoiceProps) {
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
          if (chosen === latest) onLatest()
          change({ attempt: chosen === latest ? undefined : chosen, line: undefined })
        }}
      />
    </Group>
  )
}
