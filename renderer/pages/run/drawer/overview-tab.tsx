import { Alert, Stack, Text, type MantineColor } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import type { StepStatus } from '#core/contract/events.ts'
import type { StepDetail } from '#core/contract/run.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf, Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useRun } from '../run-context.ts'
import { Attempts } from './attempts.tsx'
import { FailureWords } from './failure-words.tsx'
import { RerunHere } from './rerun-here.tsx'
import { CacheFacts, CommandFacts, LimitFacts } from './step-facts.tsx'
import { TrackedFacts } from './tracked-facts.tsx'
import { useStepDetail } from './use-step-detail.ts'

const COLOURS: Partial<Readonly<Record<StepStatus, MantineColor>>> = {
  skipped: 'gray',
  cancelled: 'gray',
  pending: 'orange',
}
const TITLES: Partial<Readonly<Record<StepStatus, string>>> = {
  skipped: 'Why it was skipped',
  pending: 'Why it waits',
}

type StepProps = { readonly step: string; readonly item: number | null }

/** What a step run is, did and was given. */
export function OverviewTab({ step, item }: StepProps) {
  const { data, error, refetch } = useStepDetail(step, item)
  if (data !== undefined) return <Overview detail={data} item={item} />
  if (error === null) return <Waiting what="the step" />
  const { message } = problemOf(error)
  return <ProblemAlert title="The step cannot be read" message={message} onRetry={() => void refetch()} />
}

function Overview({ detail, item }: { readonly detail: StepDetail; readonly item: number | null }) {
  const { graph } = useRun()
  const { view } = detail
  const isFanOut = item === null && graph.steps.some((step) => step.name === view.name && step.isFanOut)
  return (
    <Stack gap="lg">
      {view.reason !== null && view.status !== 'succeeded' && (
        <Alert
          color={COLOURS[view.status] ?? 'red'}
          icon={<TriangleAlert size={18} aria-hidden />}
          title={TITLES[view.status] ?? 'What happened'}
        >
          {view.reason}
          {!isFanOut && <FailureWords view={view} item={item} />}
        </Alert>
      )}
      {!isFanOut && <RerunHere detail={detail} item={item} />}
      <Facts label="What happened">{isFanOut ? <WholeFacts detail={detail} /> : <RunFacts detail={detail} />}</Facts>
      {!isFanOut && detail.attempts.length > 0 && (
        <Attempts attempts={detail.attempts} hasLog={detail.command.length > 0} />
      )}
      <Facts label="What it runs">
        <CommandFacts detail={detail} />
      </Facts>
      <TrackedFacts detail={detail} item={item} />
      <Facts label="Limits">
        <LimitFacts detail={detail} isFanOut={isFanOut} />
      </Facts>
      <Facts label="Cache">
        <CacheFacts detail={detail} />
      </Facts>
    </Stack>
  )
}

function RunFacts({ detail: { view, attempts } }: { readonly detail: StepDetail }) {
  const last = attempts.at(-1)
  return (
    <>
      <Fact name="Status">
        <Status status={view.status} />
      </Fact>
      {view.exitCode !== null && <Fact name="Exit code">{view.exitCode}</Fact>}
      {last !== undefined && last.signal !== null && <Fact name="Signal">{last.signal}</Fact>}
      <Times startedAt={view.startedAt} finishedAt={view.finishedAt} />
    </>
  )
}

/** A fan-out as a whole, live. */
function WholeFacts({ detail: { view } }: { readonly detail: StepDetail }) {
  const { live } = useRun()
  const progress = useStepProgress(live, view.name)
  if (progress === undefined) return null
  const counts = Object.entries(progress.counts).filter(([, count]) => count > 0)
  const words = counts.map(([status, count]) => `${count} ${status}`)
  if (progress.active.size > 0) words.push(`${progress.active.size} at work`)
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return (
    <>
      <Fact name="Status">
        <Status status={progress.status} />
      </Fact>
      <Fact name="Items">
        {progress.total === null ? 'not known before what it waits for has ended' : progress.total}
        {words.length > 0 && `: ${words.join(', ')}`}
      </Fact>
      <Times startedAt={iso(progress.startedAt)} finishedAt={iso(progress.finishedAt)} />
    </>
  )
}

type TimesProps = { readonly startedAt: string | null; readonly finishedAt: string | null }

function Times({ startedAt, finishedAt }: TimesProps) {
  return (
    <>
      <Fact name="Started">
        <Time iso={startedAt} empty="not started" />
      </Fact>
      <Fact name="Took">
        <Text span inherit style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Duration from={epochOf(startedAt)} to={epochOf(finishedAt)} />
        </Text>
      </Fact>
    </>
  )
}
