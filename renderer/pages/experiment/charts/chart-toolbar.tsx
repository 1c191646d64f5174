import { Button, Group, SegmentedControl, Slider, Switch, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { Search, ZoomOut } from 'lucide-react'
import { useState } from 'react'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { X_AXES, type ChartSearch } from '../search.ts'
import { ZoomRange } from './zoom-range.tsx'

type ToolbarProps = {
  readonly search: ChartSearch
  readonly change: (change: ChartSearch, isStep?: boolean) => void
}
const NAMES = { step: 'Step', time: 'Time', relative: 'Relative' }

/** How all charts are drawn. */
export function ChartToolbar({ search, change }: ToolbarProps) {
  const { x = 'step', log = false, band = true, zoom, find } = search
  const [text, type] = useAddressText(find, (wanted) => change({ find: wanted }, false))
  return (
    <Group gap="md" align="center">
      <TextInput
        type="search"
        size="xs"
        w={170}
        aria-label="Search the metrics"
        placeholder="Search metrics"
        leftSection={<Search size={14} aria-hidden />}
        value={text}
        onChange={({ currentTarget }) => type(currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        aria-label="X axis"
        data={X_AXES.map((value) => ({ value, label: NAMES[value] }))}
        value={x}
        onChange={(value) => change({ x: X_AXES.find((it) => it === value && it !== 'step'), zoom: undefined })}
      />
      <Smoothing
        weight={search.smooth ?? 0}
        onChange={(smooth) => change({ smooth: smooth === 0 ? undefined : smooth })}
      />
      <Switch
        size="xs"
        label="Log scale"
        checked={log}
        onChange={({ currentTarget }) => change({ log: currentTarget.checked || undefined })}
      />
      <Switch
        size="xs"
        label="Min–max band"
        checked={band}
        onChange={({ currentTarget }) => change({ band: currentTarget.checked ? undefined : false })}
      />
      <ZoomRange key={JSON.stringify([x, zoom])} x={x} zoom={zoom} onZoom={(range) => change({ zoom: range })} />
      <Button
        size="xs"
        variant="default"
        leftSection={<ZoomOut size={14} aria-hidden />}
        disabled={zoom === undefined}
        onClick={() => change({ zoom: undefined })}
      >
        Whole range
      </Button>
    </Group>
  )
}

const PATIENCE_MS = 150

/** The slider is at once where it is dragged to; the address and the charts follow. */
function Smoothing({ weight, onChange }: { readonly weight: number; readonly onChange: (weight: number) => void }) {
  const [value, setValue] = useState(weight)
  const [followed, setFollowed] = useState(weight)
  if (followed !== weight) {
    setFollowed(weight)
    setValue(weight)
  }
  const send = useDebouncedCallback(onChange, PATIENCE_MS)
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs" aria-hidden>
        Smoothing
      </Text>
      <Slider
        size="sm"
        w={120}
        min={0}
        max={0.99}
        step={0.01}
        label={null}
        thumbLabel="Smoothing"
        value={value}
        onChange={(wanted) => {
          setValue(wanted)
          send(wanted)
        }}
      />
      <Text size="xs" w={28} aria-hidden>
        {value.toFixed(2)}
      </Text>
    </Group>
  )
}
