import { Modal, SimpleGrid, Stack, Text, useComputedColorScheme } from '@mantine/core'
import { useMemo, useState, type ReactNode } from 'react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { looksOf } from '../colours.ts'
import type { ChartSearch } from '../search.ts'
import { orderedKeys } from './chart-keys.ts'
import { ChartCard, type CardContext } from './chart-card.tsx'
import { ChartToolbar } from './chart-toolbar.tsx'
import { Legend } from './legend.tsx'

export type ChartsProps = {
  readonly runs: readonly TrackedRunRow[]
  /** The metrics, most used first. */
  readonly keys: readonly string[]
  readonly search: ChartSearch
  readonly change: (change: ChartSearch, isStep?: boolean) => void
  /** What is said of the choice of runs. */
  readonly children?: ReactNode
}

/** Charts of metrics that are looked at together: the cursor and the range are those of all of them. */
export function ChartsView({ runs, keys, search, change, children }: ChartsProps) {
  const scheme = useComputedColorScheme('light')
  const [focused, setFocused] = useState<string>()
  const looks = useMemo(() => looksOf(runs), [runs])
  const shown = useMemo(() => orderedKeys(keys, search), [keys, search])
  const context: CardContext = { runs, looks, scheme, search, change, focused }
  return (
    <Stack gap="sm">
      <ChartToolbar search={search} change={change} />
      {children}
      <Legend runs={runs} looks={looks} scheme={scheme} onFocus={setFocused} />
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="sm">
        {shown.map((key) => (
          <ChartCard key={key} metric={key} context={context} />
        ))}
      </SimpleGrid>
      {shown.length === 0 && (
        <Text size="sm" role="status">
          {keys.length === 0 ? 'These runs have no metric.' : 'No metric has this name.'}
        </Text>
      )}
      <Modal
        opened={search.full !== undefined}
        onClose={() => change({ full: undefined })}
        title={search.full}
        fullScreen
        styles={{ title: { fontWeight: 600 } }}
      >
        {search.full !== undefined && <ChartCard metric={search.full} context={context} isFull />}
      </Modal>
    </Stack>
  )
}
