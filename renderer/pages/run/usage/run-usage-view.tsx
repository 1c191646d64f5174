import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { RunUsage } from '#core/contract/usage.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { durationText } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useRun } from '../run-context.ts'
import { Proposals } from './proposals.tsx'
import { StepUsages } from './step-usages.tsx'

/** A run that goes on is looked at anew so often, in ms, one of very many attempts more seldom. */
const EVERY_MS = 5_000
const MANY = { attempts: 5_000, everyMs: 60_000 } as const

/** Where the time of the run went, what its steps used of what they asked for, and what would be better. */
export function RunUsageView() {
  const { graph } = useRun()
  const client = useClient()
  const { data, error, refetch } = useQuery({
    ...queries.runUsage(client, graph.id),
    staleTime: 0,
    refetchInterval: ({ state }) => intervalOf(state.data),
  })
  if (data === undefined) {
    if (error === null) return <Waiting what="the usage" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The usage cannot be read" message={message} onRetry={() => void refetch()} />
  }
  return (
    <Stack gap="lg">
      <Facts label="Where the time went">
        <RunTimes usage={data} />
      </Facts>
      <StepUsages usage={data} />
      {data.isOver ? (
        <Proposals key={data.run} usage={data} />
      ) : (
        <Text size="sm">Better requests are proposed when the run is over.</Text>
      )}
    </Stack>
  )
}

function intervalOf(usage: RunUsage | undefined): number | false {
  if (usage?.isOver === true) return false
  const attempts = usage?.steps.reduce((sum, step) => sum + step.attempts, 0) ?? 0
  return attempts > MANY.attempts ? MANY.everyMs : EVERY_MS
}

function RunTimes({ usage }: { readonly usage: RunUsage }) {
  const { isOver, wallMs, overheadMs, cpuSeconds } = usage
  return (
    <>
      <Fact name={isOver ? 'Took' : 'So far'}>{durationText(wallMs)}</Fact>
      <Fact name="By the engine">{durationText(overheadMs)}, in which no command ran and none waited for its turn</Fact>
      <Fact name="CPU time">{cpuSeconds === null ? 'not measured' : durationText(cpuSeconds * 1_000)}</Fact>
    </>
  )
}
