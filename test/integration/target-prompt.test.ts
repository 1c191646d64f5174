import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { minisubOnTerminal as minisub, type Answers } from '#test/support/on-a-terminal.ts'

const ADD =
  'target add lab --kubeconfig config --registry registry.example --bucket artifacts --endpoint https://s3.example'
const KEYS: Answers = [
  ['access-key of the bucket', 'open-sesame-1\r'],
  ['secret-key of the bucket', 'open-sesame-2\r'],
]

function writeConfig(sandbox: CliSandbox): void {
  const contexts = [{ name: 'lab', context: { cluster: 'lab', user: 'ada' } }]
  const clusters = [{ name: 'lab', cluster: { server: 'https://127.0.0.1:9' } }]
  const config = { 'current-context': 'lab', contexts, clusters, users: [{ name: 'ada', user: {} }] }
  writeFileSync(join(sandbox.folder, 'config'), JSON.stringify(config))
}

describe.skipIf(process.platform === 'win32')('minisub target on a terminal', () => {
  test('asks for the credentials without showing them, and before it deletes; only yes is a yes', async () => {
    await using sandbox = await openCliSandbox()
    writeConfig(sandbox)
    const added = await minisub(sandbox, KEYS, ...ADD.split(' '))
    expect(added.shown).toContain('added lab: check it with')
    expect(added.shown).not.toContain('sesame')
    expect(added.code).toBe(0)
    const { secrets } = await sandbox.client().listSecrets()
    expect(secrets.map(({ name, key }) => `${name}/${key}`)).toEqual(['target-lab/access-key', 'target-lab/secret-key'])
    const kept = await minisub(sandbox, [['[y/N]', '\r']], 'target', 'delete', 'lab')
    expect([kept.code, kept.shown]).toEqual([130, expect.stringContaining('nothing was deleted')])
    expect((await sandbox.client().listClusterTargets()).targets).toHaveLength(1)
    const gone = await minisub(sandbox, [['namespace default of lab)? [y/N]', 'y\r']], 'target', 'delete', 'lab')
    expect([gone.code, gone.shown]).toEqual([0, expect.stringContaining('deleted lab')])
  })

  test('ends at Ctrl-C without a target and without a secret', async () => {
    await using sandbox = await openCliSandbox()
    writeConfig(sandbox)
    const answers: Answers = [KEYS[0] ?? ['', ''], ['secret-key of the bucket', '\x03']]
    expect((await minisub(sandbox, answers, ...ADD.split(' '))).code).toBe(130)
    expect((await sandbox.client().listClusterTargets()).targets).toEqual([])
    expect((await sandbox.client().listSecrets()).secrets).toEqual([])
  })
})
