import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { progressOfGraph } from '#core/contract/run-graph.ts'
import { initialProgress, reduceProgress } from '#core/contract/run-progress.ts'
import { MIGRATIONS } from '#core/store/migrations.ts'
import { openStore, removeTree } from '#core/store/index.ts'
import { openEngine, sh } from '#test/support/engine.ts'

const TABLES = ['runs', 'run_events', 'step_runs', 'step_parts', 'cache_entries', 'code_snapshots']

/** Makes a data folder of the first version that holds the runs of a newer one. */
async function olderHome(newer: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'minisub-older-'))
  openStore(home, { migrations: MIGRATIONS.slice(0, 1) })[Symbol.dispose]()
  const db = new Sqlite(join(home, 'workbench.db'))
  db.prepare('ATTACH ? AS newer').run(join(newer, 'workbench.db'))
  for (const table of TABLES) {
    const columns = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name).join(', ')
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newer.${table}`)
  }
  db.close()
  return home
}

test('runs of the first version are shown by the next one as they were, and go on where they were', async () => {
  await using made = await openEngine()
  const steps = {
    many: sh('test $MINISUB_ITEM -ne 1 -o $MINISUB_ATTEMPT = 2', {
      forEach: { i: [0, 1, 2] },
      retry: { limit: 1 },
      cache: false,
    }),
    fails: sh('exit 3', { needs: ['many'] }),
  }
  const run = await made.run(await made.pipeline({ steps }))
  const [graph, item, page] = [
    made.service.graph(run.id),
    made.service.detail({ run: run.id, step: 'many', item: 1 }),
    made.service.items({ run: run.id, step: 'many' }, { from: 0, limit: 2, status: 'succeeded' }),
  ]
  const home = await olderHome(made.home)
  try {
    await using engine = await openEngine({ home })
    const seen = engine.service.graph(run.id)
    expect(seen).toEqual(graph)
    expect(progressOfGraph(seen)).toEqual(reduceProgress(initialProgress(['many', 'fails']), engine.events(run.id)))
    expect(engine.service.show(run.id).status).toBe('failed')
    expect(engine.service.detail({ run: run.id, step: 'many', item: 1 })).toEqual(item)
    expect(item.attempts.map(({ status }) => status)).toEqual(['failed', 'succeeded'])
    expect(engine.service.items({ run: run.id, step: 'many' }, { from: 0, limit: 2, status: 'succeeded' })).toEqual(
      page,
    )
    expect(engine.service.list({ limit: 9, search: run.id.slice(0, 8) })).toHaveLength(1)
    const resumed = await engine.resume(run.id)
    expect(engine.service.graph(resumed.id)).toMatchObject({ resumes: run.id, steps: [{ counts: { cached: 3 } }, {}] })
  } finally {
    await removeTree(home)
  }
})
