import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { openCliSandbox } from '#test/support/cli-sandbox.ts'
import { startHost, type TestHost } from '#test/support/desktop-host.ts'
import { startCore } from '#test/support/sandbox-core.ts'

const STEP = [
  'steps:',
  '  one:',
  '    command: [sh, -c, "sleep 1; exit $CODE"]',
  '    env: { CODE: "${{ parameters.code }}" }',
]
const PARAMETERS = ['parameters:', '  code: { type: integer, default: 0 }']

async function pageOf(host: TestHost): Promise<{ url: string; code: string }> {
  const { url, code } = await host.hear('ready')
  return { url, code: code ?? '' }
}

test('the host is the core: it tells where, a code opens one session, and stop ends it', async () => {
  await using sandbox = await openCliSandbox()
  await using host = startHost(sandbox.home)
  const { url, code } = await pageOf(host)
  expect(await host.hear('ready')).toMatchObject({ isAttached: false })
  const page = await fetch(`${url}/`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const client = createClient({ url })
  expect(await client.openSession({ code })).toMatchObject({ csrf: expect.any(String) })
  await expect(client.openSession({ code })).rejects.toMatchObject({ code: 'unauthorized' })
  host.send({ kind: 'code', id: 7 })
  const next = await host.hear('code')
  expect(next.id).toBe(7)
  expect(await client.openSession({ code: next.code })).toMatchObject({ csrf: expect.any(String) })
  expect(await host.hear('closing')).toEqual({ kind: 'closing', closing: 'ask' })
  host.send({ kind: 'stop' })
  expect(await host.ended()).toBe(0)
  expect(await sandbox.minisub('settings', 'get', 'desktop.closing')).toMatchObject({ code: 0, stdout: 'ask\n' })
})

test('runs are told of while they are active, and once when they succeeded or failed', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('work', [...PARAMETERS, ...STEP])
  await using host = startHost(sandbox.home)
  await host.hear('closing')
  const good = JSON.parse((await sandbox.minisub('run', file, '--json')).stdout).id
  const bad = JSON.parse((await sandbox.minisub('run', file, '-p', 'code=3', '--json')).stdout).id
  await host.hear('active', ({ jobs }) =>
    jobs.some(({ path, text }) => path === `/runs/${bad}` && text.startsWith('work · ')),
  )
  await host.hear('notice', ({ path }) => path === `/runs/${bad}`)
  await delay(300)
  expect(host.told.filter(({ kind }) => kind === 'notice')).toEqual([
    { kind: 'notice', title: 'work succeeded', body: 'on process', path: `/runs/${good}`, isNews: false },
    {
      kind: 'notice',
      title: 'work failed',
      body: expect.stringMatching(/^step one: .*3/),
      path: `/runs/${bad}`,
      isNews: false,
    },
  ])
  expect(host.told.findLast(({ kind }) => kind === 'active')).toEqual({ kind: 'active', jobs: [] })
})

test('a run that was cancelled is no news, nor is any where the setting says so', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('work', [...PARAMETERS, ...STEP])
  await using host = startHost(sandbox.home)
  await host.hear('closing')
  const run = JSON.parse((await sandbox.minisub('run', file, '--detach', '--json')).stdout).id
  await sandbox.minisub('cancel', run)
  await sandbox.minisub('settings', 'set', 'desktop.notifications', 'false')
  await sandbox.minisub('run', file)
  await delay(300)
  expect(host.told.filter(({ kind }) => kind === 'notice')).toEqual([])
})

test('the answer to what closing means is kept as a setting', async () => {
  await using sandbox = await openCliSandbox()
  await using host = startHost(sandbox.home)
  await host.hear('closing')
  host.send({ kind: 'closing', closing: 'keep' })
  await host.hear('closing', ({ closing }) => closing === 'keep')
  expect((await sandbox.minisub('settings', 'get', 'desktop.closing')).stdout).toBe('keep\n')
})

test('an answer that comes with the end is kept all the same', async () => {
  await using sandbox = await openCliSandbox()
  await using host = startHost(sandbox.home)
  await host.hear('closing')
  host.send({ kind: 'closing', closing: 'quit' })
  host.send({ kind: 'stop' })
  expect([await host.ended(), host.said()]).toEqual([0, ''])
  expect((await sandbox.minisub('settings', 'get', 'desktop.closing')).stdout).toBe('quit\n')
})

test('what is no Problem ends the host with its stack, though Electron would go on', async () => {
  await using sandbox = await openCliSandbox()
  mkdirSync(join(sandbox.home, 'core.log'), { recursive: true })
  await using host = startHost(sandbox.home)
  expect(await host.ended()).toBe(1)
  expect(host.told).toEqual([])
  expect(host.said()).toMatch(/EISDIR.*\n +at /)
})

test('a core of the same version that runs is used, stays when the host stops, and is followed by another when it ends', async () => {
  await using sandbox = await openCliSandbox()
  const core = await startCore(sandbox)
  {
    await using host = startHost(sandbox.home)
    expect(await host.hear('ready')).toMatchObject({ isAttached: true, code: expect.any(String) })
    host.send({ kind: 'stop' })
    expect(await host.ended()).toBe(0)
  }
  await using host = startHost(sandbox.home)
  await host.hear('closing')
  core.child.kill('SIGTERM')
  expect(await host.ended()).toBe(75)
  await using next = startHost(sandbox.home)
  expect(await next.hear('ready')).toMatchObject({ isAttached: false })
})

test('a core of another version is left alone, and the host says what to do', async () => {
  await using sandbox = await openCliSandbox()
  await startCore(sandbox)
  const address = join(sandbox.home, 'address.json')
  writeFileSync(address, readFileSync(address, 'utf8').replace(/"version": "[^"]+"/, '"version": "9.9.9"'))
  await using host = startHost(sandbox.home)
  const { problem } = await host.hear('failed')
  expect(problem).toMatchObject({ code: 'home_in_use' })
  expect(problem.message).toMatch(
    /^the core at http:.* uses the data folder .* is version 9\.9\.9, this app is .*: end/,
  )
  expect(host.told.some(({ kind }) => kind === 'ready')).toBe(false)
})

test('a data folder of a newer version, or one that cannot be written, is told in the words of the core', async () => {
  await using sandbox = await openCliSandbox()
  mkdirSync(sandbox.home)
  for (const name of ['address.json', 'token']) writeFileSync(join(sandbox.home, name), 'nonsense')
  {
    await using host = startHost(sandbox.home)
    expect((await host.hear('failed')).problem).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is not an address: delete it'),
    })
  }
  rmSync(join(sandbox.home, 'address.json'))
  await using host = startHost(join(sandbox.home, 'token', 'below'))
  expect((await host.hear('failed')).problem).toMatchObject({ code: 'home_unwritable' })
})

test('a run that a killed host began is taken up by the next, and told of when it ends', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('work', ['steps:', '  one:', '    command: [sh, -c, "sleep 4"]'])
  let run = ''
  {
    await using host = startHost(sandbox.home)
    await host.hear('closing')
    run = JSON.parse((await sandbox.minisub('run', file, '--detach', '--json')).stdout).id
    await host.hear('active', ({ jobs }) => jobs.length === 1)
    host.child.kill('SIGKILL')
    expect(await host.ended()).toBe(0)
  }
  await using host = startHost(sandbox.home)
  expect(await host.hear('notice')).toMatchObject({ title: 'work succeeded', path: `/runs/${run}` })
})

test('a message that the app never sends ends the host instead of being guessed at', async () => {
  await using sandbox = await openCliSandbox()
  await using host = startHost(sandbox.home)
  await host.hear('ready')
  // @ts-expect-error -- no such message
  host.send({ kind: 'execute', command: 'true' })
  expect(await host.ended()).toBe(1)
  expect(host.said()).toContain('No matching discriminator')
})

test('a secret goes into the encryption that the app lends, is read there, and by no core without the app', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('secret', [
    'steps:',
    '  one:',
    '    command: [sh, -c, "test $TOKEN = hush-hush"]',
    '    secrets: { TOKEN: { secret: registry, key: token } }',
  ])
  {
    await using host = startHost(sandbox.home, { encryption: { backend: 'kwallet6', isStrong: true } })
    await host.hear('closing')
    await sandbox.minisubWith('hush-hush', 'secret', 'set', 'registry', 'token')
    expect(await host.hear('seal')).toMatchObject({ verb: 'encrypt' })
    expect(readFileSync(join(sandbox.home, 'secrets.json'), 'utf8')).toContain('"store": "app"')
    expect(await sandbox.minisub('run', file)).toMatchObject({ code: 0 })
    expect(host.told.some((it) => it.kind === 'seal' && it.verb === 'decrypt')).toBe(true)
    host.send({ kind: 'stop' })
    await host.ended()
  }
  const alone = await sandbox.minisub('run', file)
  expect(alone.code).not.toBe(0)
  expect(alone.stdout + alone.stderr).toMatch(/desktop app/)
})

test('a weak encryption of the app is not used, and the list of secrets says so', async () => {
  await using sandbox = await openCliSandbox()
  await using host = startHost(sandbox.home, { encryption: { backend: 'basic_text', isStrong: false } })
  await host.hear('closing')
  await sandbox.minisubWith('hush-hush', 'secret', 'set', 'registry', 'token')
  expect(host.told.some(({ kind }) => kind === 'seal')).toBe(false)
  const { stdout } = await sandbox.minisub('secret', 'list')
  expect(stdout).toMatch(/basic_text/)
})
