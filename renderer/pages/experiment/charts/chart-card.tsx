import { ActionIcon, Card, Group, Menu, Text } from '@mantine/core'
import { Download, Maximize2, Pin, PinOff } from 'lucide-react'
import { useRef } from 'react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { runsText } from '../actions.ts'
import type { Look } from '../colours.ts'
import type { ChartSearch } from '../search.ts'
import { repinned } from './chart-keys.ts'
import classes from './charts.module.css'
import { csvOf } from './curves.ts'
import { Plot } from './plot.tsx'
import { save, savePicture } from './save-chart.ts'
import { useCurves } from './use-curves.ts'
import { useSeen } from './use-seen.ts'
import { ValueTable } from './value-table.tsx'

/** What is the same for all charts. */
export type CardContext = {
  readonly runs: readonly TrackedRunRow[]
  readonly looks: ReadonlyMap<string, Look>
  readonly scheme: 'light' | 'dark'
  readonly search: ChartSearch
  readonly change: (change: ChartSearch, isStep?: boolean) => void
  readonly focused: string | undefined
}
type CardProps = { readonly metric: string; readonly context: CardContext; readonly isFull?: boolean }

/** A chart of one metric, which is read and drawn when it comes in sight. */
export function ChartCard({ metric, context, isFull = false }: CardProps) {
  const box = useRef<HTMLDivElement>(null)
  const isSeen = useSeen(box) || isFull
  return (
    <Card
      withBorder
      padding="xs"
      ref={box}
      className={isFull ? classes.fullCard : classes.card}
      role="group"
      aria-label={metric}
    >
      {isSeen ? <Chart metric={metric} context={context} isFull={isFull} /> : <Text size="sm">{metric}</Text>}
    </Card>
  )
}

function Chart({ metric, context, isFull }: Required<CardProps>) {
  const { runs, looks, scheme, search, change, focused } = context
  const { log = false, band = true, x = 'step', zoom } = search
  const { curves, series, problem, retry, isOld } = useCurves({ metric, runs, search, isFull })
  const picture = useRef<HTMLDivElement>(null)
  const nameOf = (run: string) => runs.find(({ id }) => id === run)?.name ?? run
  const isEmpty = curves !== undefined && curves.every(({ value }) => value.every((it) => it === null))
  return (
    <>
      <Head
        metric={metric}
        context={context}
        isFull={isFull}
        onPicture={() => void savePicture(picture.current, metric)}
        onTable={() => save(new Blob([csvOf(series ?? [], nameOf)], { type: 'text/csv' }), `${metric}.csv`)}
      />
      {problem !== undefined && <ProblemAlert title="The chart was not read" message={problem} onRetry={retry} />}
      {isEmpty && (
        <Text size="sm" c="dimmed">
          {log ? 'There is no value above zero here.' : 'There is no value here.'}
        </Text>
      )}
      {curves !== undefined && !isEmpty && (
        <div ref={picture} aria-busy={isOld}>
          <Plot
            label={`${metric} of ${runsText(curves.length)} by ${x}`}
            curves={curves}
            height={isFull ? Math.max(320, window.innerHeight - 330) : 214}
            {...{ looks, scheme, nameOf, focused, zoom, x }}
            isLog={log}
            hasBand={band}
            isSmoothed={(search.smooth ?? 0) > 0}
            onZoom={(range) => change({ zoom: range })}
          />
        </div>
      )}
      {isFull && series !== undefined && <ValueTable series={series} runs={runs} metric={metric} />}
    </>
  )
}

type HeadProps = Required<CardProps> & { readonly onPicture: () => void; readonly onTable: () => void }

function Head({ metric, context, isFull, onPicture, onTable }: HeadProps) {
  const icon = { size: 'sm', variant: 'subtle', color: 'gray' } as const
  return (
    <Group justify="space-between" wrap="nowrap" gap={4} mb={4}>
      <Text size="sm" fw={600} truncate title={metric}>
        {metric}
      </Text>
      <Group gap={2} wrap="nowrap">
        <Menu position="bottom-end" withinPortal={false}>
          <Menu.Target>
            <ActionIcon {...icon} aria-label={`Download ${metric}`}>
              <Download size={15} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onPicture}>As a picture (PNG)</Menu.Item>
            <Menu.Item onClick={onTable}>Its values (CSV)</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        {!isFull && <PinButton metric={metric} context={context} />}
        {!isFull && (
          <ActionIcon
            {...icon}
            aria-label={`${metric} in the whole window`}
            onClick={() => context.change({ full: metric })}
          >
            <Maximize2 size={15} aria-hidden />
          </ActionIcon>
        )}
      </Group>
    </Group>
  )
}

function PinButton({ metric, context: { search, change } }: Omit<CardProps, 'isFull'>) {
  const isPinned = search.pin?.includes(metric) === true
  const Icon = isPinned ? PinOff : Pin
  return (
    <ActionIcon
      size="sm"
      variant={isPinned ? 'light' : 'subtle'}
      color="gray"
      aria-label={`Pin ${metric}`}
      aria-pressed={isPinned}
      onClick={() => change({ pin: repinned(search.pin, metric) })}
    >
      <Icon size={15} aria-hidden />
    </ActionIcon>
  )
}
