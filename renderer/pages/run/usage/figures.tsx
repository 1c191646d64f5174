import type { AttemptView } from '#core/contract/run.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { epochOf } from '#renderer/ui/time.tsx'

/** What an attempt used as a whole; known when it is over. */
export function Figures({ attempt }: { readonly attempt: AttemptView }) {
  const { cpuSeconds, peakMemoryBytes, inputBytes, outputBytes } = attempt
  return (
    <Facts label="What it used as a whole">
      <Fact name="CPU time">{cpuSeconds === null ? notYet(attempt) : cpuText(cpuSeconds, attempt)}</Fact>
      <Fact name="Peak memory">{peakMemoryBytes === null ? notYet(attempt) : bytesText(peakMemoryBytes)}</Fact>
      <Fact name="Inputs">{inputBytes === null ? notYet(attempt) : bytesText(inputBytes)}</Fact>
      <Fact name="Outputs">{outputBytes === null ? notYet(attempt) : bytesText(outputBytes)}</Fact>
    </Facts>
  )
}

function cpuText(cpuSeconds: number, { startedAt, finishedAt }: AttemptView): string {
  const [from, to] = [epochOf(startedAt), epochOf(finishedAt)]
  const time = `${cpuSeconds.toFixed(2)} s`
  if (from === null || to === null || to <= from) return time
  return `${time}, ${((1_000 * cpuSeconds) / (to - from)).toFixed(2)} cores on average`
}

function notYet({ finishedAt }: AttemptView): string {
  return finishedAt === null ? 'known when it is over' : 'not measured'
}
