import { expect, test } from 'vitest'
import { openStore } from '#core/store/index.ts'
import { TRACKING_MIGRATIONS } from './migrations.ts'
import { folderForTest } from './tracking-fixture.ts'
import { openTracking, TRACKING_FILE } from './tracking.ts'

test('runs of the version before are nested as their tags say', async () => {
  const home = folderForTest()
  using old = openStore(home, { file: TRACKING_FILE, migrations: TRACKING_MIGRATIONS.slice(0, 1) })
  const insert = old.db.prepare(
    `INSERT INTO runs (run_id, experiment, created_by, name, user_id, status, start_time, artifact_uri)
     VALUES (?, 0, 'local', ?, '', 0, 1, ?)`,
  )
  for (const id of ['parent', 'child']) insert.run(id, id, `mlflow-artifacts:/0/${id}/artifacts`)
  old.db.exec("INSERT INTO keys VALUES (7, 'mlflow.parentRunId'); INSERT INTO tags VALUES (2, 7, 'parent')")
  old[Symbol.dispose]()
  using tracking = openTracking(home)
  await tracking.writes.deleteRuns(['parent'])
  expect(tracking.reads.run('child').info.stage).toBe('deleted')
})
