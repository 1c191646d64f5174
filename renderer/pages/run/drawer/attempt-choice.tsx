import { Group, NativeSelect } from '@mantine/core'
import type { AttemptView } from '#core/contract/run.ts'
import { useChangeSearch } from '../run-search.ts'

type ChoiceProps = { readonly attempts: readonly AttemptView[]; readonly shown: AttemptView }

/** Which attempt of a step run is looked at: the latest unless the address names another. */
export function AttemptChoice({ attempts, shown }: ChoiceProps) {
  const change = useChangeSearch()
  const latest = attempts.at(-1)?.attempt
  return (
    <Group>
      <NativeSelect
        aria-label="Attempt"
        size="xs"
        value={String(shown.attempt)}
        data={attempts.map(({ attempt, status }) => ({
          value: String(attempt),
          label: `Attempt ${attempt}: ${status}${attempt === latest ? ' (latest)' : ''}`,
        }))}
        onChange={({ currentTarget }) => {
          const chosen = Number(currentTarget.value)
          change({ attempt: chosen === latest ? undefined : chosen })
        }}
      />
    </Group>
  )
}
