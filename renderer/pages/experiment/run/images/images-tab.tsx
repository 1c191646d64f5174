import { ActionIcon, Group, Slider, Stack, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Images } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useChangeSearch, useRunSearch } from '../search.ts'
import { imageSeries, stepsOf, type ImageSeries } from './logged-images.ts'
import { SeriesCell } from './series-cell.tsx'
import classes from './images.module.css'

/** Images that were logged step by step: a grid of keys, and a slider that goes through the steps. */
export function ImagesTab({ run }: { readonly run: TrackedRunView }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(trackedRunQueries.folder(client, run.id, 'images'))
  const series = useMemo(() => imageSeries(data?.files ?? []), [data])
  if (data === undefined) {
    if (error === null) return <Waiting what="the images" />
    return <ProblemAlert title="The images are not shown" message={error.message} onRetry={() => void refetch()} />
  }
  if (series.length === 0) return <NoImages />
  return <Grid run={run.id} series={series} />
}

function NoImages() {
  return (
    <EmptyState icon={Images} title="No images over steps">
      <code>mlflow.log_image(image, key=&quot;samples&quot;, step=step)</code> logs them. Images that were logged as
      files are among the artifacts.
    </EmptyState>
  )
}

type GridProps = { readonly run: string; readonly series: readonly ImageSeries[] }

function Grid({ run, series }: GridProps) {
  const { key, step: wanted } = useRunSearch()
  const [isFull, setFull] = useState(false)
  const shown = series.some((it) => it.key === key) ? series.filter((it) => it.key === key) : series
  const steps = useMemo(() => stepsOf(shown), [shown])
  const last = steps.at(-1) ?? 0
  // The newest that is there, or the nearest below what the address says.
  const step = wanted === undefined ? last : (steps.findLast((it) => it <= wanted) ?? steps[0] ?? 0)
  return (
    <Stack gap="md">
      <StepSlider steps={steps} step={step} />
      <Group>
        <Switch
          label="Full quality"
          checked={isFull}
          onChange={({ currentTarget }) => setFull(currentTarget.checked)}
        />
        {shown.length < series.length && (
          <TextLink
            size="sm"
            from="/experiments/$experiment/runs/$run"
            search={(old) => ({ ...old, key: undefined })}
            resetScroll={false}
          >
            All {series.length} keys
          </TextLink>
        )}
      </Group>
      <div className={classes.grid} data-alone={shown.length === 1 || undefined}>
        {shown.map((it) => (
          <SeriesCell key={it.key} run={run} series={it} step={step} isFull={isFull || shown.length === 1} />
        ))}
      </div>
    </Stack>
  )
}

/** Goes through the steps; the newest one is followed as it comes. */
function StepSlider({ steps, step }: { readonly steps: readonly number[]; readonly step: number }) {
  const change = useChangeSearch()
  const at = Math.max(0, steps.indexOf(step))
  const last = steps.length - 1
  const go = (index: number) => change({ step: index >= last ? undefined : steps[index] })
  return (
    <Group gap="sm" wrap="nowrap" role="group" aria-label="Step">
      <ActionIcon variant="default" size="lg" aria-label="Step before" disabled={at === 0} onClick={() => go(at - 1)}>
        <ChevronLeft size={18} aria-hidden />
      </ActionIcon>
      <Slider
        flex={1}
        maw={640}
        min={0}
        max={Math.max(last, 1)}
        disabled={last === 0}
        value={at}
        label={(index) => `Step ${steps[index] ?? ''}`}
        thumbLabel="Step"
        thumbProps={{ 'aria-valuetext': `step ${step}` }}
        onChange={go}
      />
      <ActionIcon variant="default" size="lg" aria-label="Step after" disabled={at >= last} onClick={() => go(at + 1)}>
        <ChevronRight size={18} aria-hidden />
      </ActionIcon>
      <Text size="sm" role="status" miw={130}>
        Step {step.toLocaleString()}, {(at + 1).toLocaleString()} of {steps.length.toLocaleString()}
      </Text>
    </Group>
  )
}
