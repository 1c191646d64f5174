import { expect, test } from 'vitest'
import type { PushResult } from '#core/contract/pushes.ts'
import { openCliSandbox, until, type CliSandbox, type Started } from '#test/support/cli-sandbox.ts'
import { openHoldingProxy, type Hold } from '#test/support/holding-proxy.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { keysBelow, labStore, objectsOf } from '#test/support/pushed-things.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'

/** Of its own in each run: what a test that is broken off leaves in the lab is no matter of the next. */
const NAME = `push-killed-${Date.now().toString(36)}`
const ADDRESS = [`${NAME}.yaml`, '--target', 'lab'] as const

/** Where the core stands when it is killed, and what is there then. */
const MOMENTS: readonly (readonly [string, Hold, { readonly content: boolean }])[] = [
  ['before its record', { method: 'PUT', path: /pushed\/.*json/, side: 'request' }, { content: false }],
  ['after its record', { method: 'PUT', path: /pushed\/.*json/, side: 'response' }, { content: false }],
  ['before its code', { method: 'PUT', path: /\/code\//, side: 'request' }, { content: false }],
  ['after its code', { method: 'PUT', path: /\/code\//, side: 'response' }, { content: true }],
]

async function startCore(sandbox: CliSandbox): Promise<Started> {
  const core = sandbox.start('serve', '--json')
  await new Promise<void>((resolve, reject) => {
    core.child.stdout?.once('data', () => resolve())
    void core.finished.then(({ stderr, code }) => reject(new Error(`the core ended with ${code}: ${stderr}`)))
  })
  return core
}

async function kill(...all: readonly Started[]): Promise<void> {
  for (const { child } of all) child.kill('SIGKILL')
  await Promise.all(all.map(({ finished }) => finished))
}

async function addLab(sandbox: CliSandbox, endpoint: string): Promise<void> {
  const { artifacts, ...profile } = labProfile(NAME)
  await sandbox.minisubWith(lab.accessKey, 'secret', 'set', artifacts.accessKey.secret, artifacts.accessKey.key)
  await sandbox.minisubWith(lab.secretKey, 'secret', 'set', artifacts.secretKey.secret, artifacts.secretKey.key)
  await sandbox.client().addTarget({
    name: 'lab',
    profile: { ...profile, artifacts: { ...artifacts, endpoint, clusterEndpoint: lab.s3 } },
  })
}

/** A core with the pipeline and the lab as its target. */
async function begin(sandbox: CliSandbox, endpoint: string): Promise<Started> {
  await sandbox.pipeline(NAME, ['steps: {a: {command: ["true"]}}'])
  const core = await startCore(sandbox)
  await addLab(sandbox, endpoint)
  return core
}

async function push(sandbox: CliSandbox): Promise<PushResult> {
  const { code, stdout, stderr } = await sandbox.minisub('push', ...ADDRESS, '--json')
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

const kinds = async (): Promise<string[]> => (await objectsOf(NAME)).map(({ kind }) => kind ?? '')
const pushed = (sandbox: CliSandbox) => sandbox.client().listPushes({ target: 'lab' })

describeWithKubernetes('a core that is killed with -9', () => {
  test('within a push leaves what the same push completes, and what is not yet shown', async () => {
    await using sandbox = await openCliSandbox()
    await using proxy = await openHoldingProxy(lab.s3)
    await using store = labStore(NAME)
    let core = await begin(sandbox, proxy.endpoint)
    for (const [when, hold, { content }] of MOMENTS) {
      // Other code each time, so that it has to be sent.
      await sandbox.pipeline('other', [`steps: {a: {command: ["echo", "${when}"]}}`])
      const held = proxy.hold(hold)
      const asked = sandbox.start('push', ...ADDRESS)
      await held
      await kill(core, asked)
      expect([when, await kinds()]).toEqual([when, []])
      expect([when, (await keysBelow(store, 'code/')).length > 0]).toEqual([when, content])
      core = await startCore(sandbox)
      expect([when, (await pushed(sandbox)).pushed]).toEqual([when, []])
      const result = await push(sandbox)
      expect([when, result.changed, await kinds()]).toEqual([when, true, ['WorkflowTemplate', 'ConfigMap']])
      expect([when, (await pushed(sandbox)).pushed]).toEqual([when, [result.version]])
      expect(await push(sandbox)).toMatchObject({ changed: false, bytes: 0, imageBytes: 0 })
      expect((await sandbox.minisub('push', ...ADDRESS, '--remove')).code).toBe(0)
      expect([when, await kinds(), await keysBelow(store, '')]).toEqual([when, [], []])
    }
    await kill(core)
  })

  test('within a removal leaves what the same removal completes', async () => {
    await using sandbox = await openCliSandbox()
    await using proxy = await openHoldingProxy(lab.s3)
    await using store = labStore(NAME)
    let core = await begin(sandbox, proxy.endpoint)
    await push(sandbox)
    const held = proxy.hold({ method: 'POST', path: /delete/, side: 'request' })
    const asked = sandbox.start('push', ...ADDRESS, '--remove')
    await held
    await kill(core, asked)
    expect([await kinds(), (await keysBelow(store, 'pushed/')).length]).toEqual([['ConfigMap'], 2])
    core = await startCore(sandbox)
    expect((await pushed(sandbox)).pushed).toEqual([])
    await until('it is removed', async () => (await sandbox.minisub('push', ...ADDRESS, '--remove')).code === 0)
    expect([await kinds(), await keysBelow(store, '')]).toEqual([[], []])
    await kill(core)
  })
})
