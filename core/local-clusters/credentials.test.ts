import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { openSecrets, type Secrets } from '#core/secrets/index.ts'
import { ensureCredentials } from './credentials.ts'
import type { LocalClusterDeps } from './deps.ts'
import { removeTarget } from './remove.ts'
import type { StoredCluster } from './types.ts'

let home: string
let secrets: Secrets
let row: StoredCluster
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-credentials-'))
  secrets = openSecrets({ home, keychain: undefined })
  row = {
    name: 'lab',
    form: LocalClusterForm.parse({ name: 'lab' }),
    ports: { api: 1, registry: 2, store: 3 },
    state: 'begun',
    kind: null,
    nodeImage: null,
    installed: {},
    createdAt: 0,
  }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const context = {
  cluster: () => row,
  update: (change: Partial<StoredCluster>) => void (row = { ...row, ...change }),
}
const remove = () =>
  removeTarget({ home, secrets, targets: { get: () => undefined } } as unknown as LocalClusterDeps, row)

test('credentials of a store are made once, and go with the cluster', async () => {
  const made = await ensureCredentials({ secrets }, context)
  expect(made).toEqual({
    accessKey: expect.stringMatching(/^minisub\w{12}$/),
    secretKey: expect.stringMatching(/^\w{48}$/),
  })
  expect(await ensureCredentials({ secrets }, context)).toEqual(made)
  await remove()
  expect((await secrets.list()).secrets).toEqual([])
})

test('a secret of that name that is there already is refused, and stays when the cluster goes', async () => {
  await secrets.set('target-lab', 'access-key', 'theirs')
  await expect(ensureCredentials({ secrets }, context)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('minisub secret delete target-lab'),
  })
  await remove()
  expect(await secrets.read('target-lab', 'access-key')).toBe('theirs')
})

test('what a core that was killed had begun to keep is completed', async () => {
  context.update({ ownsSecret: true })
  await secrets.set('target-lab', 'access-key', 'minisub0123')
  expect(await ensureCredentials({ secrets }, context)).toMatchObject({ accessKey: 'minisub0123' })
})
