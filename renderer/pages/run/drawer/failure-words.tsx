import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Explanation } from '#core/contract/failures.ts'
import type { StepView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { NamedText } from '#renderer/ui/named-text.tsx'
import { useRun } from '../run-context.ts'

const EXPLAINED: readonly StepView['status'][] = ['failed', 'lost', 'pending', 'cancelled']

/** Why a step run failed or waits, what to do, and the way to the line of the log that says so; nothing where no cause is known. */
export function FailureWords({ view, item }: { readonly view: StepView; readonly item: number | null }) {
  const { graph } = useRun()
  const client = useClient()
  const { name: step, status, attempts, reason } = view
  const { data } = useQuery({
    ...queries.failure(client, { run: graph.id, step, item }, `${status} ${attempts} ${reason}`),
    enabled: EXPLAINED.includes(status),
  })
  const explanation = data?.explanation ?? null
  if (explanation === null) return null
  const { sentence, cause, fix } = explanation
  return (
    <Stack gap={4} mt="xs">
      <Text size="sm" fw={600}>
        {sentence}
      </Text>
      <NamedText name="Cause" text={cause} />
      <NamedText name="Fix" text={fix} />
      <Source explanation={explanation} attempt={data?.attempt ?? null} reason={reason} />
    </Stack>
  )
}

type SourceProps = {
  readonly explanation: Explanation
  readonly attempt: number | null
  readonly reason: string | null
}

/** The line of the log, as a link; the words of the cluster where they do not stand in the reason. */
function Source({ explanation: { logLine, quote }, attempt, reason }: SourceProps) {
  if (quote === null || (logLine === null && reason?.includes(quote) === true)) return null
  return (
    <Text size="sm">
      {logLine !== null && (
        <>
          <TextLink
            inherit
            // On the ground of the alert the colour of links has too little contrast.
            c="inherit"
            underline="always"
            from="/runs/$run"
            search={(old) => ({ ...old, tab: 'log' as const, attempt: attempt ?? undefined, line: logLine })}
            resetScroll={false}
          >
            Line {logLine} of the log
          </TextLink>
          :{' '}
        </>
      )}
      <Text span inherit ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {quote}
      </Text>
    </Text>
  )
}
