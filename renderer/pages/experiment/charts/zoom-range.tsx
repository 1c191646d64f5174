import { Button, Group, NumberInput, Popover, Stack } from '@mantine/core'
import { ScanSearch } from 'lucide-react'
import { useState } from 'react'
import type { ChartSearch, XAxis } from '../search.ts'

type RangeProps = {
  readonly x: XAxis
  readonly zoom: ChartSearch['zoom']
  readonly onZoom: (range: [number, number]) => void
}

/** The range by numbers, for those who do not drag over a chart. */
export function ZoomRange({ x, zoom, onZoom }: RangeProps) {
  const [from, setFrom] = useState<string | number>(zoom?.[0] ?? '')
  const [to, setTo] = useState<string | number>(zoom?.[1] ?? '')
  const isRange = from !== '' && to !== '' && Number(from) < Number(to)
  const unit = x === 'step' ? 'step' : x === 'time' ? 'seconds since 1970' : 'seconds'
  return (
    <Popover width={260} trapFocus withinPortal={false} shadow="md">
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<ScanSearch size={14} aria-hidden />}>
          Range
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Range of the x axis">
        <Stack
          gap="xs"
          component="form"
          onSubmit={(event) => {
            event.preventDefault()
            if (isRange) onZoom([Number(from), Number(to)])
          }}
        >
          <Group grow gap="xs">
            <NumberInput size="xs" label={`From (${unit})`} hideControls value={from} onChange={setFrom} />
            <NumberInput size="xs" label="To" hideControls value={to} onChange={setTo} />
          </Group>
          <Button size="xs" type="submit" disabled={!isRange}>
            Show the range
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
