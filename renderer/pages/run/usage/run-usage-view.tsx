import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { formatCost, formatEnergy } from '#core/base/quantity.ts'
import type { RunUsage } from '#core/contract/usage.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { durationText } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useRun } from '../run-context.ts'
import { nextLookMs } from './next-look.ts'
import { Proposals } from './proposals.tsx'
import { StepUsages } from './step-usages.tsx'

/** Where the time of the run went, what its steps used of what they asked for, and what would be better. */
export function RunUsageView() {
  const { graph } = useRun()
  const client = useClient()
  const { data, error, refetch } = useQuery({
    ...queries.runUsage(client, graph.id),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.usage.isOver === true ? false : nextLookMs(state.data?.tookMs ?? 0)),
  })
  if (data === undefined) {
    if (error === null) return <Waiting what="the usage" />
    const { message } = problemOf(error)
    return <ProblemAlert title="The usage cannot be read" message={message} onRetry={() => void refetch()} />
  }
  const { usage } = data
  return (
    <Stack gap="lg">
      <Facts label="Where the time went">
        <RunTimes usage={usage} />
      </Facts>
      <StepUsages usage={usage} />
      {usage.isOver ? (
        <Proposals key={usage.run} usage={usage} />
      ) : (
        <Text size="sm">Better requests are proposed when the run is over.</Text>
      )}
    </Stack>
  )
}

function RunTimes({ usage }: { readonly usage: RunUsage }) {
  const { isOver, wallMs, overheadMs, cpuSeconds, cost, energyWh, priceWords } = usage
  return (
    <>
      <Fact name={isOver ? 'Took' : 'So far'}>{durationText(wallMs)}</Fact>
      <Fact name="By the engine">{durationText(overheadMs)}, in which no command ran and none waited for its turn</Fact>
      <Fact name="CPU time">{cpuSeconds === null ? 'not measured' : durationText(cpuSeconds * 1_000)}</Fact>
      <Fact name="Cost">{cost === null ? 'not known' : formatCost(cost)}</Fact>
      <Fact name="Energy">{energyWh === null ? 'not known' : formatEnergy(energyWh)}</Fact>
      <Fact name="Prices">{priceWords}</Fact>
    </>
  )
}
