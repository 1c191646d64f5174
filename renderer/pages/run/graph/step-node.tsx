import type { MiniMapNodeProps, NodeProps } from '@xyflow/react'
import { GitFork, Layers, PackagePlus } from 'lucide-react'
import { memo } from 'react'
import type { StepProgress } from '#core/contract/run-progress.ts'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { lookOf } from '#renderer/ui/status.tsx'
import { Duration } from '#renderer/ui/time.tsx'
import { itemsText, phaseOf, stepLabel, waitsFor } from '../step-words.ts'
import { useGraph } from './graph-context.ts'
import { useIsMarked } from './mark.ts'
import classes from './graph.module.css'

/** A step as a button of fixed size. It is drawn again when that step changes, and not with others. */
export const StepNode = memo(function StepNode({ id }: NodeProps) {
  const { live, steps, selected, tabStop, open } = useGraph()
  const progress = useStepProgress(live, id)
  const isSelected = useIsMarked(selected, id)
  const isTabStop = useIsMarked(tabStop, id)
  const step = steps.get(id)
  if (progress === undefined || step === undefined) return null
  const { icon: Icon } = lookOf(progress.status)
  return (
    <button
      type="button"
      className={classes.node}
      data-step={id}
      data-status={progress.status}
      data-tip={waitsFor(progress)}
      data-selected={isSelected || undefined}
      aria-label={stepLabel(progress, step)}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={() => tabStop.set(id)}
      onClick={() => open(id)}
    >
      <span className={classes.head}>
        <Icon size={16} aria-hidden className={classes.icon} />
        <span className={classes.name}>{id}</span>
        {step.hasCondition && <GitFork size={14} aria-hidden className={classes.mark} />}
        {step.isFanOut && <Layers size={14} aria-hidden className={classes.mark} />}
        {step.kind === 'register' && <PackagePlus size={14} aria-hidden className={classes.mark} />}
      </span>
      <span className={classes.meta}>
        <span className={classes.words}>{wordsOf(progress)}</span>
        <Duration from={progress.startedAt} to={progress.finishedAt} />
      </span>
      {step.isFanOut && <ItemsBar step={progress} />}
    </button>
  )
})

/** What the second line of a node says. */
function wordsOf(step: StepProgress): string {
  if (step.total !== null) return itemsText(step)
  const reason = waitsFor(step)
  return reason === undefined ? phaseOf(step) : `waits: ${reason}`
}

/** The items of a fan-out as one bar: those that ended well, badly, run, and wait. */
function ItemsBar({ step }: { readonly step: StepProgress }) {
  const { counts, total, active } = step
  if (total === null || total === 0) return <span className={classes.bar} />
  const share = (count: number) => ({ width: `${(100 * count) / total}%` })
  return (
    <span className={classes.bar}>
      <span data-part="done" style={share(counts.succeeded + counts.cached)} />
      <span data-part="bad" style={share(counts.failed + counts.lost)} />
      <span data-part="left" style={share(counts.skipped + counts.cancelled)} />
      <span data-part="active" style={share(active.size)} />
    </span>
  )
}

/** A step on the small map. */
export const MiniStep = memo(function MiniStep({ id, x, y, width, height }: MiniMapNodeProps) {
  const { live } = useGraph()
  const status = useStepProgress(live, id)?.status
  return <rect className={classes.mini} data-status={status} x={x} y={y} width={width} height={height} />
})
