import { createColors } from 'picocolors'
import { formatDuration } from '#core/base/quantity.ts'
import { isFinalStep, type StepStatus } from '#core/contract/events.ts'
import { endingOf } from '#core/contract/run-ending.ts'
import { finishedItems, pendingItems, type RunProgress, type StepProgress } from '#core/contract/run-progress.ts'
import { cutText, plainText, textWidth } from './text.ts'

/** Where and when a frame is drawn. */
export type Frame = {
  readonly columns: number
  readonly rows: number
  /** Epoch milliseconds. */
  readonly now: number
  readonly colours: boolean
  /** Stands before the state of the run. */
  readonly pipeline: string
  /** Stands behind it, where there is room. */
  readonly run: string
}

type Colours = ReturnType<typeof createColors>
/** A part of a line, and what gives it its colour. */
export type Piece = readonly [text: string, paint: (text: string) => string]

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const SYMBOLS = {
  pending: '·',
  running: '…',
  succeeded: '✔',
  cached: '✔',
  failed: '✖',
  lost: '✖',
  skipped: '-',
  cancelled: '■',
} as const
const FRAME_MS = 100

/** The lines that show a run now: at most rows - 1 lines (but at least three), none wider than the terminal. */
export function renderTree(progress: RunProgress, frame: Frame): string[] {
  const colours = createColors(frame.colours)
  const budget = Math.max(2, frame.rows - 2)
  const steps = [...progress.steps.values()]
  const shown = steps.length <= budget ? new Set(steps) : mostInteresting(steps, Math.max(1, budget - 1))
  const nameWidth = Math.min(30, Math.max(0, ...[...shown].map((step) => textWidth(step.name))))
  const lines = [headLine(progress, frame, colours)]
  for (const name of progress.environments.keys()) {
    if (lines.length > 2) break
    lines.push(environmentLine(name, progress.environments.get(name) ?? frame.now, { frame, colours }))
  }
  const room = lines.length - 1
  for (const step of [...shown].slice(0, Math.max(1, shown.size - room)))
    lines.push(paint(stepLine(step, { frame, colours, nameWidth }), frame.columns))
  if (shown.size < steps.length) lines.push(paint([[`  ${foldedText(steps, shown)}`, colours.dim]], frame.columns))
  return lines
}

/** What turns at a time in epoch milliseconds. */
export function spinnerAt(now: number): string {
  return SPINNER[Math.floor(now / FRAME_MS) % SPINNER.length] ?? ''
}

function headLine(progress: RunProgress, frame: Frame, colours: Colours): string {
  const status = endingOf(progress) ?? progress.status
  const time = elapsed(progress.startedAt, progress.finishedAt, frame.now)
  const pieces: Piece[] = [
    [frame.pipeline, colours.bold],
    [`  ${status}${time}`, colours.dim],
    [`  ${frame.run}`, colours.dim],
  ]
  return paint(pieces, frame.columns)
}

function environmentLine(name: string, since: number, { frame, colours }: { frame: Frame; colours: Colours }): string {
  const spinner = spinnerAt(frame.now)
  const text = ` environment ${name} is being built${elapsed(since, null, frame.now)}`
  return paint(
    [
      [spinner, colours.cyan],
      [text, colours.dim],
    ],
    frame.columns,
  )
}

function stepLine(step: StepProgress, place: { frame: Frame; colours: Colours; nameWidth: number }): Piece[] {
  const { frame, colours, nameWidth } = place
  const running = step.status === 'running' || (step.status === 'pending' && step.active.size > 0)
  const symbol = running ? spinnerAt(frame.now) : SYMBOLS[step.status]
  const name = step.name + ' '.repeat(Math.max(0, nameWidth - textWidth(step.name)))
  const paintState = running ? colours.cyan : painterOf(step.status, colours)
  const detail = step.total === null ? singleDetail(step, running) : fanOutDetail(step)
  const time =
    step.status === 'skipped' || step.status === 'cached' ? '' : elapsed(step.startedAt, step.finishedAt, frame.now)
  const told = isFinalStep(step.status) && step.status !== 'cached' ? step.reason : null
  const reason = told === null ? '' : `  ${plainText(told)}`
  return [
    [`${symbol} `, paintState],
    [name, step.status === 'pending' && !running ? colours.dim : (text) => text],
    [detail, paintState],
    [time, colours.dim],
    [reason, step.status === 'failed' || step.status === 'lost' ? colours.red : colours.dim],
  ]
}

function singleDetail(step: StepProgress, running: boolean): string {
  const item = step.active.get(0)
  if (item !== undefined && item.phase === 'retrying') return `  attempt ${item.attempt} failed, waits for the next`
  if (item !== undefined && item.attempt > 1) return `  attempt ${item.attempt}`
  return running || step.status === 'pending' || step.status === 'succeeded' ? '' : `  ${step.status}`
}

/** `3/8 running 2 failed 1`: only what there is. */
function fanOutDetail(step: StepProgress): string {
  const active = [...step.active.values()]
  const retrying = active.filter((item) => item.phase === 'retrying').length
  const parts = [`  ${finishedItems(step)}/${step.total ?? 0}`]
  const add = (word: string, count: number): void => {
    if (count > 0) parts.push(`${word} ${count}`)
  }
  add('running', active.length - retrying)
  add('waiting for a retry', retrying)
  for (const status of ['failed', 'lost', 'cached', 'cancelled'] as const) add(status, step.counts[status])
  if (!isFinalStep(step.status) && active.length > 0) add('pending', pendingItems(step) ?? 0)
  return parts.join(' ')
}

function painterOf(status: StepStatus, colours: Colours): (text: string) => string {
  if (status === 'succeeded' || status === 'cached') return colours.green
  if (status === 'failed' || status === 'lost') return colours.red
  return status === 'cancelled' ? colours.yellow : colours.dim
}

function elapsed(from: number | null, to: number | null, now: number): string {
  return from === null ? '' : `  ${formatDuration(Math.max(0, (to ?? now) - from))}`
}

/** Where not all fit: what runs, then what failed, then what ended last, in the order of the pipeline. */
function mostInteresting(steps: readonly StepProgress[], count: number): Set<StepProgress> {
  const order = steps.map((step, index) => ({ step, index, rank: rankOf(step), end: step.finishedAt ?? 0 }))
  order.sort((a, b) => a.rank - b.rank || b.end - a.end || a.index - b.index)
  const chosen = order.slice(0, count).toSorted((a, b) => a.index - b.index)
  return new Set(chosen.map((entry) => entry.step))
}

function rankOf(step: StepProgress): number {
  if (step.status === 'running' || step.active.size > 0) return 0
  if (step.status === 'failed' || step.status === 'lost') return 1
  return isFinalStep(step.status) ? 2 : 3
}

function foldedText(steps: readonly StepProgress[], shown: ReadonlySet<StepProgress>): string {
  const counts = new Map<StepStatus, number>()
  for (const step of steps) if (!shown.has(step)) counts.set(step.status, (counts.get(step.status) ?? 0) + 1)
  const parts = [...counts].map(([status, count]) => `${count} ${status}`)
  return `… and ${steps.length - shown.size} more: ${parts.join(', ')}`
}

/** Cuts first and paints then, so a colour never counts as width and never stays open. */
export function paint(pieces: readonly Piece[], columns: number): string {
  let left = columns
  let line = ''
  for (const [text, painter] of pieces) {
    const cut = cutText(text, left)
    left -= textWidth(cut)
    if (cut !== '') line += painter(cut)
    if (cut !== text) break
  }
  return line
}
