import { Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useId } from 'react'
import type { ConformanceProgress, ConformanceReport, ConformanceView } from '#core/contract/conformance.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { durationText, Time } from '#renderer/ui/time.tsx'
import { useOwnCalls, type OwnCall } from './calls.ts'
import { CompareButtons } from './compare-buttons.tsx'

type CardsProps = {
  readonly view: ConformanceView
  readonly targets: readonly string[]
  readonly known: readonly TargetView[]
}

/** Each target with how it compared, and the button that compares it anew. */
export function TargetCards({ view, targets, known }: CardsProps) {
  const calls = useOwnCalls()
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {targets.map((target) => (
        <TargetCard
          key={target}
          target={target}
          reason={known.find(({ name }) => name === target)?.reason ?? null}
          report={view.reports.find((it) => it.target === target)}
          progress={view.running.find((it) => it.target === target)}
          call={calls.get(target)}
        />
      ))}
    </SimpleGrid>
  )
}

type CardProps = {
  readonly target: string
  /** Why nothing can be run there; null where it can. */
  readonly reason: string | null
  readonly report: ConformanceReport | undefined
  readonly progress: ConformanceProgress | undefined
  readonly call: OwnCall | undefined
}

function TargetCard(props: CardProps) {
  const { target, reason, report, progress, call } = props
  const id = useId()
  const isBusy = progress !== undefined || call?.cancel !== undefined
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Stack gap="xs">
        <Title order={2} size="h4" id={id}>
          {target}
        </Title>
        {reason !== null && (
          <Text size="sm" component="div">
            <Status status="unavailable" /> {reason}
          </Text>
        )}
        {call?.problem !== undefined && (
          <ProblemAlert title="It was not compared" message={call.problem.message} details={call.problem.details} />
        )}
        {isBusy ? <Ongoing {...props} /> : <Latest report={report} />}
        <CompareButtons {...props} isBusy={isBusy} />
      </Stack>
    </Paper>
  )
}

function Latest({ report }: { readonly report: ConformanceReport | undefined }) {
  if (report === undefined) return <Text size="sm">Not compared yet.</Text>
  const { passed, failed, skipped, startedAt, finishedAt, version } = report
  return (
    <Text size="sm" component="div">
      <Status
        status={failed > 0 ? 'failed' : 'passed'}
        label={`${passed} passed, ${failed} failed, ${skipped} skipped`}
      />{' '}
      <Time iso={finishedAt} />, in {durationText(Date.parse(finishedAt) - Date.parse(startedAt))}, version {version}
    </Text>
  )
}

/** How far it is; the latest lines are those of cases that ended. */
function Ongoing({ target, progress, call }: CardProps) {
  const [done, total] = [progress?.done.length ?? 0, progress?.total ?? 0]
  const failed = progress?.done.filter(({ status }) => status === 'failed').length ?? 0
  const text = total === 0 ? 'Beginning …' : `${done} of ${total} cases, ${failed} failed`
  return (
    <Stack gap={4}>
      <Text size="sm" role="status">
        {text}
      </Text>
      <Progress.Root size="lg" transitionDuration={0}>
        <Progress.Section
          value={total === 0 ? 0 : (100 * done) / total}
          color={failed > 0 ? 'red' : 'blue'}
          aria-label={`Cases on ${target}`}
        />
      </Progress.Root>
      {call?.line !== undefined && (
        <Text size="xs" ff="monospace" truncate>
          {call.line}
        </Text>
      )}
    </Stack>
  )
}
