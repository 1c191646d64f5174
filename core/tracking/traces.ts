import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { checkLength, checkPageSize } from './limits.ts'
import { readPage } from './search-page.ts'
import type { Page, Pair } from './types.ts'
import type { WriteQueue } from './write-queue.ts'

/** Characters of all that a client tells of a trace, as JSON: the spans are no part of it. */
const MOST_INFO = 1_000_000
const MOST_PAGE = 500

/** What a client told of a trace of its program. Its spans are an artifact that the client keeps by itself. */
export type Trace = {
  readonly id: string
  readonly experimentId: string
  /** When it began, epoch milliseconds. */
  readonly at: number
  /** As it was told, but for the tags. */
  readonly info: Readonly<Record<string, unknown>>
  readonly tags: Readonly<Record<string, string>>
}

/** Traces. Verbs throw Problem `not_found` and `tracking_invalid`; writes are done in the order in which they are asked for. */
export type Traces = {
  trace(id: string): Trace
  /** The newest first. */
  traces(search: {
    readonly experimentIds: readonly string[]
    readonly maxResults: number
    readonly pageToken?: string
  }): Page<Trace>
  /** Keeps a trace; the one that has its id already is replaced, its tags stay where they are not given anew. */
  putTrace(trace: Trace): Promise<Trace>
  setTraceTag(id: string, tag: Pair): Promise<void>
  deleteTraceTag(id: string, key: string): Promise<void>
  /** Of an experiment; returns how many there were. Their artifacts stay. */
  deleteTraces(experimentId: string, ids: readonly string[]): Promise<number>
}

type Row = [id: string, experiment: number, at: number, info: string, tags: string, row: number]

const SELECT = 'SELECT trace_id, experiment, at, info, tags, id FROM traces'

/** The traces of tracking's database, on the connection that `queue` writes on. */
export function openTraces({ db, queue }: { readonly db: Database; readonly queue: WriteQueue }): Traces {
  const find = db.prepare<[string], Row>(`${SELECT} WHERE trace_id = ?`).raw()
  const trace = (id: string) => {
    const row = find.get(id)
    if (row === undefined) throw new Problem('not_found', `Trace with ID '${id}' not found.`)
    return traceOf(row)
  }
  return { trace, traces: (search) => readTraces(db, search), ...openWrites(db, queue, trace) }
}

type Writes = Pick<Traces, 'putTrace' | 'setTraceTag' | 'deleteTraceTag' | 'deleteTraces'>

function openWrites(db: Database, queue: WriteQueue, read: (id: string) => Trace): Writes {
  const put = db.prepare<[string, number, number, string, string]>(
    `INSERT INTO traces (trace_id, experiment, at, info, tags) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (trace_id) DO UPDATE SET experiment = excluded.experiment, at = excluded.at, info = excluded.info,
       tags = json_patch(tags, excluded.tags)`,
  )
  const setTags = db.prepare<[string, string]>('UPDATE traces SET tags = ? WHERE trace_id = ?')
  const remove = db.prepare<[string, number]>('DELETE FROM traces WHERE trace_id = ? AND experiment = ?')
  return {
    putTrace: async ({ id, experimentId, at, info, tags }) =>
      queue.run(() => {
        const [infoJson, tagsJson] = [JSON.stringify(info), JSON.stringify(tags)]
        checkLength(infoJson, MOST_INFO, 'trace_info')
        checkLength(tagsJson, MOST_INFO, 'tags')
        put.run(id, Number(experimentId), at, infoJson, tagsJson)
        return read(id)
      }),
    setTraceTag: async (id, { key, value }) =>
      queue.run(() => {
        const tags = JSON.stringify({ ...read(id).tags, [key]: value })
        checkLength(tags, MOST_INFO, 'tags')
        setTags.run(tags, id)
      }),
    deleteTraceTag: async (id, key) =>
      queue.run(() => {
        const { tags } = read(id)
        if (!Object.hasOwn(tags, key)) {
          throw new Problem('not_found', `No tag with key '${key}' on trace with ID '${id}'.`)
        }
        const { [key]: _gone, ...left } = tags
        setTags.run(JSON.stringify(left), id)
      }),
    deleteTraces: async (experimentId, ids) =>
      queue.run(() => ids.reduce((count, id) => count + remove.run(id, Number(experimentId)).changes, 0)),
  }
}

function readTraces(db: Database, { experimentIds, maxResults, pageToken }: Parameters<Traces['traces']>[0]) {
  checkPageSize(maxResults, MOST_PAGE)
  const ids = JSON.stringify(experimentIds.map(Number).filter(Number.isSafeInteger))
  const page = readPage<Row>(db, {
    select: SELECT,
    where: [{ sql: 'experiment IN (SELECT value FROM json_each(?))', values: [ids] }],
    order: { sql: 'at DESC, id DESC', values: [] },
    maxResults,
    pageToken,
    keyset: {
      width: 2,
      after: (values) => ({ sql: '(at, id) < (?, ?)', values }),
      of: ([, , at, , , row]) => [at, row],
    },
  })
  return { ...page, items: page.items.map(traceOf) }
}

function traceOf([id, experiment, at, info, tags]: Row): Trace {
  return {
    id,
    experimentId: String(experiment),
    at,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was written by putTrace
    info: JSON.parse(info) as Trace['info'],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    tags: JSON.parse(tags) as Trace['tags'],
  }
}
