import { randomUUID } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { openRequireActive, type WriteContext } from './experiment-writes.ts'
import { checkTag, invalid, invalidValue } from './limits.ts'
import { RUN_COLUMNS, runInfo, STATUSES, type RunRow } from './run-info.ts'
import { randomRunName } from '#core/wire/index.ts'
import { openTagWrites, RUN_NAME } from './tag-writes.ts'
import type { Pair, Run, RunInfo, TrackingWrites } from './types.ts'

type Draft = Parameters<TrackingWrites['createRun']>[0]

const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/

/** Creates and changes runs. */
export function openRunWrites(context: WriteContext): Pick<TrackingWrites, 'createRun' | 'updateRun'> {
  const { queue, db, runs, keys } = context
  const create = openCreate(context)
  const tags = openTagWrites(db, keys)
  const info = db.prepare<[number], RunRow>(`SELECT ${RUN_COLUMNS} FROM runs r WHERE r.id = ?`).raw()
  const update = db.prepare<[number | null, number | null, number]>(
    'UPDATE runs SET status = ifnull(?, status), end_time = ifnull(?, end_time) WHERE id = ?',
  )
  return {
    createRun: (draft) => queue.run(() => create(draft)),
    updateRun: (id, { status, endTime, name = '' }) =>
      queue.run(() => {
        const { rowid } = runs.active(id)
        if (endTime !== undefined) checkTime(endTime, 'end_time')
        if (status !== undefined || endTime !== undefined) {
          update.run(status === undefined ? null : STATUSES.indexOf(status), endTime ?? null, rowid)
        }
        if (name !== '') tags.set(rowid, [checkTag({ key: RUN_NAME, value: name })])
        return infoOf(info, rowid)
      }),
  }
}

function openCreate({ db, keys, runs }: WriteContext): (draft: Draft) => Run {
  const requireActive = openRequireActive(db)
  const location = db.prepare<[number], string>('SELECT artifact_location FROM experiments WHERE id = ?').pluck()
  const insert = openInsert(db)
  const info = db.prepare<[number], RunRow>(`SELECT ${RUN_COLUMNS} FROM runs r WHERE r.id = ?`).raw()
  const tagWrites = openTagWrites(db, keys)
  return (draft) => {
    const { id = randomUUID().replaceAll('-', ''), userId = '', startTime = Date.now() } = draft
    if (!RUN_ID.test(id))
      throw invalidValue('run_id', id, 'a run id has up to 256 letters, digits, dashes and underscores')
    checkTime(startTime, 'start_time')
    const experiment = requireActive(draft.experimentId)
    const tags = namedTags(draft)
    const name = tags.get(RUN_NAME) ?? ''
    const root = (location.get(experiment) ?? '').replace(/\/+$/, '')
    runs.changed(id)
    const row = insert([id, experiment, name, userId, startTime, `${root}/${id}/artifacts`])
    const pairs = Array.from(tags, ([key, value]) => ({ key, value }))
    tagWrites.set(row, pairs)
    return { info: infoOf(info, row), ...EMPTY, tags: pairs }
  }
}

const EMPTY = { metrics: [], params: [], datasets: [], modelInputs: [], modelOutputs: [] }

type InsertValues = [
  id: string,
  experiment: number,
  name: string,
  userId: string,
  startTime: number,
  artifactUri: string,
]

function openInsert(db: Database): (values: InsertValues) => number {
  const insert = db.prepare<InsertValues>(
    `INSERT INTO runs (run_id, experiment, created_by, name, user_id, status, start_time, artifact_uri)
     VALUES (?, ?, 'local', ?, ?, 0, ?, ?) ON CONFLICT (run_id) DO NOTHING`,
  )
  return (values) => {
    const { changes, lastInsertRowid } = insert.run(...values)
    if (changes === 0)
      throw new Problem('tracking_exists', `Run with id=${values[0]} already exists: choose another id`)
    return Number(lastInsertRowid)
  }
}

/** The tags of a new run, among them its name: as asked for, or else made up. */
function namedTags({ name = '', tags = [] }: Draft): Map<string, string> {
  const pairs: readonly Pair[] = tags.map((tag, index) => checkTag(tag, `tags[${index}]`))
  const all = new Map(pairs.map(({ key, value }) => [key, value]))
  const tagged = all.get(RUN_NAME) ?? ''
  if (name !== '' && tagged !== '' && name !== tagged) {
    throw invalid(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${name}', mlflow.runName='${tagged}').`,
    )
  }
  const chosen = [name, tagged].find((text) => text !== '') ?? randomRunName()
  return all.set(RUN_NAME, checkTag({ key: RUN_NAME, value: chosen }).value)
}

function infoOf(read: { get(row: number): RunRow | undefined }, row: number): RunInfo {
  const found = read.get(row)
  if (found === undefined) throw new Error(`no run has the row ${row}`)
  return runInfo(found)
}

function checkTime(time: number, path: string): void {
  if (!Number.isSafeInteger(time)) throw invalidValue(path, time, 'a time is an integer of milliseconds')
}
