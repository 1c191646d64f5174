import type { Pair, RunStatus } from '#core/tracking/index.ts'
import { readEvent, type Event, type SummaryValue } from './event.ts'
import { readSession } from './hparams.ts'
import { skipped, type Item, type SourceRun } from './item.ts'
import { openKeyNames, type KeyNames } from './key-names.ts'
import { openPointColumns, type PointColumns } from './point-columns.ts'
import { unreadable } from './safely.ts'
import { readPieces } from './source-files.ts'
import type { RunFolder } from './tensorboard.ts'
import { readRecords } from './tfrecord.ts'

/** What is known of a run while its files are read. */
type State = {
  readonly run: string
  readonly keys: KeyNames
  /** The first value of a tag names its plugin for all. */
  readonly plugins: Map<string, string>
  readonly columns: PointColumns
  readonly params: Pair[]
  /** Of summaries that are not taken, by their kind. */
  readonly left: Map<string, number>
  status: RunStatus | undefined
  first: number | undefined
  isTold: boolean
  last: number
}

/** A run of TensorBoard: scalars as points, images and texts as files, hparams as parameters. */
export function* runItems({ name, files, isLive }: RunFolder): Generator<Item> {
  const state: State = {
    run: name,
    keys: openKeyNames(),
    plugins: new Map(),
    columns: openPointColumns(),
    params: [],
    left: new Map(),
    status: undefined,
    first: undefined,
    isTold: false,
    last: 0,
  }
  for (const file of files) yield* fileItems(file, state)
  if (!state.isTold) return void (yield skipped(name, 'its files have no values yet'))
  yield* state.columns.take()
  yield* notesOf(state)
  const status = state.status ?? (isLive ? 'RUNNING' : 'FINISHED')
  const endTime = status === 'RUNNING' ? null : state.last
  yield { kind: 'end', run: name, status, endTime, params: state.params }
}

function* fileItems(file: string, state: State): Generator<Item> {
  try {
    for (const record of readRecords(readPieces(file))) {
      const event = readEvent(record)
      const time = Math.round(event.wallTime * 1_000)
      state.first ??= time
      state.last = Math.max(state.last, time)
      if (event.values.length > 0 && !state.isTold) yield begin(state)
      for (const value of event.values) yield* valueItems({ event, time, value }, state)
      if (state.columns.isFull()) yield* state.columns.take()
    }
  } catch (error) {
    yield unreadable(file, error)
  }
}

function begin(state: State): SourceRun {
  state.isTold = true
  const nothing = { tags: [], params: [], datasets: [], modelInputs: [], modelOutputs: [] }
  const startTime = Math.max(0, state.first ?? 0)
  const run = { key: state.run, experiment: '', name: state.run, userId: '', startTime }
  return { kind: 'run', ...run, stage: 'active', ...nothing }
}

type Placed = { readonly event: Event; readonly time: number; readonly value: SummaryValue }

function* valueItems(placed: Placed, state: State): Generator<Item> {
  const { value } = placed
  const plugin = value.plugin === '' ? (state.plugins.get(value.tag) ?? '') : value.plugin
  if (value.plugin !== '') state.plugins.set(value.tag, value.plugin)
  const [first] = value.tensor?.numbers ?? []
  if (plugin === 'hparams') addSession(value, state)
  else if (value.simple !== undefined) addPoint(placed, value.simple, state)
  else if (value.image !== undefined) yield* imageItems(placed, [value.image], state)
  else if (plugin === 'images') yield* imageItems(placed, value.tensor?.texts.slice(2) ?? [], state)
  else if (plugin === 'text') yield* textItems(placed, state)
  else if ((plugin === 'scalars' || plugin === '') && first !== undefined) addPoint(placed, first, state)
  else countLeft(state, plugin === '' ? 'unknown summaries' : plugin)
}

function addPoint({ event, time, value }: Placed, number: number, { columns, run, keys, left }: State): void {
  const isKept = columns.add({ run, key: keys.of(value.tag) }, [event.step, time, number])
  if (!isKept) left.set('points without a step or time', (left.get('points without a step or time') ?? 0) + 1)
}

function addSession({ content }: SummaryValue, state: State): void {
  if (content === undefined) return
  const { params, status } = readSession(content)
  for (const { key, value } of params) state.params.push({ key: state.keys.of(key), value })
  if (status !== undefined) state.status = status
}

function* imageItems({ event, value }: Placed, images: readonly Buffer[], state: State): Generator<Item> {
  for (const [index, bytes] of images.entries()) {
    const name = `${event.step}${index === 0 ? '' : `-${index}`}.${endingOf(bytes)}`
    yield fileOf(state, `images/${state.keys.of(value.tag)}/${name}`, bytes)
  }
}

function* textItems({ event, value }: Placed, state: State): Generator<Item> {
  const text = Buffer.concat((value.tensor?.texts ?? []).flatMap((part) => [part, Buffer.from('\n')]))
  yield fileOf(state, `text/${state.keys.of(value.tag)}/${event.step}.md`, text)
}

function fileOf({ run }: State, path: string, bytes: Buffer): Item {
  return { kind: 'bytes', owner: { run }, path, bytes: Uint8Array.from(bytes) }
}

function endingOf(image: Buffer): string {
  if (image[0] === 0xff && image[1] === 0xd8) return 'jpg'
  return image.subarray(0, 3).toString('latin1') === 'GIF' ? 'gif' : 'png'
}

function countLeft({ left }: State, what: string): void {
  left.set(what, (left.get(what) ?? 0) + 1)
}

function* notesOf({ run, keys, left, columns }: State): Generator<Item> {
  yield* columns.notes()
  for (const { from, to } of keys.changed()) yield skipped(`the name ${from} in ${run}`, `it is kept as ${to}`)
  for (const [what, count] of left) yield skipped(`${count} of ${what} in ${run}`, 'they are not taken in')
}
