import { createColors } from 'picocolors'
import { formatDuration } from '#core/base/quantity.ts'
import type { ClusterJobStep, ClusterJobView } from '#core/contract/local-clusters.ts'
import { paint, spinnerAt, type Piece } from './render-tree.ts'
import { plainText, textWidth } from './text.ts'

/** Where and when a frame is drawn; `now` in epoch milliseconds. */
export type JobFrame = {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly colours: boolean
}

type Colours = ReturnType<typeof createColors>

const DOES = {
  create: 'making',
  delete: 'deleting',
  start: 'starting',
  stop: 'stopping',
  upgrade: 'upgrading',
} as const
const SYMBOLS = { pending: '·', running: '…', succeeded: '✔', failed: '✖', cancelled: '■' } as const
const BAR = 20
const LOG_LINES = 5

/** The lines that show a job now with the end of its log: at most rows - 1, none wider than the terminal. */
export function renderJob(job: ClusterJobView, log: readonly string[], frame: JobFrame): string[] {
  const colours = createColors(frame.colours)
  const room = Math.max(2, frame.rows - 2)
  const steps = aroundTheRunning(job.steps, room)
  const width = Math.max(0, ...steps.map(({ title }) => textWidth(title)))
  const spare = job.status === 'running' ? Math.min(LOG_LINES, room - steps.length) : 0
  const tail = log.slice(Math.max(0, log.length - spare))
  return [
    headLine(job, frame, colours),
    ...steps.map((step) => paint(stepLine(step, { width, now: frame.now, colours }), frame.columns)),
    ...tail.map((line) => paint([[`  ${plainText(line)}`, colours.dim]], frame.columns)),
  ]
}

/** `making local-cluster`, or `local-cluster: create failed` when it is over. */
export function jobTitle({ cluster, kind, status }: ClusterJobView): string {
  return status === 'running' ? `${DOES[kind]} ${cluster}` : `${cluster}: ${kind} ${status}`
}

/** How long something took so far, for people; empty where it has not begun. */
export function elapsed(of: Pick<ClusterJobStep, 'startedAt' | 'endedAt'>, now: number): string {
  if (of.startedAt === null) return ''
  const end = of.endedAt === null ? now : Date.parse(of.endedAt)
  return formatDuration(Math.max(0, end - Date.parse(of.startedAt)))
}

function headLine(job: ClusterJobView, frame: JobFrame, colours: Colours): string {
  const part = job.status === 'succeeded' ? 1 : Math.min(1, Math.max(0, job.progress))
  const full = Math.round(part * BAR)
  const pieces: Piece[] = [
    [jobTitle(job), colours.bold],
    [`  ${'█'.repeat(full)}`, colours.cyan],
    ['░'.repeat(BAR - full), colours.dim],
    [` ${Math.floor(part * 100)} %`, (text) => text],
    [`  ${elapsed(job, frame.now)}`, colours.dim],
  ]
  return paint(pieces, frame.columns)
}

function stepLine(step: ClusterJobStep, place: { width: number; now: number; colours: Colours }): Piece[] {
  const { width, now, colours } = place
  const paints = {
    pending: colours.dim,
    running: colours.cyan,
    succeeded: colours.green,
    failed: colours.red,
    cancelled: colours.yellow,
  }
  const isRunning = step.status === 'running'
  const symbol = isRunning ? spinnerAt(now) : SYMBOLS[step.status]
  const part = isRunning && step.progress !== null ? `  ${Math.floor(step.progress * 100)} %` : ''
  const note = isRunning && step.note !== null ? `  ${plainText(step.note)}` : ''
  const time = elapsed(step, now)
  return [
    [`${symbol} `, paints[step.status]],
    [step.title, step.status === 'pending' ? colours.dim : (text) => text],
    [' '.repeat(width - textWidth(step.title)), (text) => text],
    [time === '' ? '' : `  ${time}`, colours.dim],
    [part, colours.cyan],
    [note, colours.dim],
  ]
}

/** As many steps as there is room for, with the one that runs, or the last that began, among them. */
function aroundTheRunning(steps: readonly ClusterJobStep[], room: number): readonly ClusterJobStep[] {
  if (steps.length <= room) return steps
  const at = steps.findLastIndex(({ startedAt }) => startedAt !== null)
  const from = Math.min(steps.length - room, Math.max(0, at - Math.floor(room / 2)))
  return steps.slice(from, from + room)
}
