import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
beforeEach(async () => {
  vi.stubEnv('MINISUB_DOCKER_BUILD_NETWORK', 'host')
  cli = await openCliSandbox()
})
afterEach(async () => {
  await cli[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

const file = () => join(cli.home, 'settings.json')

test('a setting is set, read and taken back, and is seen by whoever asks the core', async () => {
  const set = await cli.minisub('settings', 'set', 'docker.host', 'tcp://engine:2376')
  expect([set.code, set.stdout, set.stderr]).toEqual([0, 'docker.host is tcp://engine:2376 (file)\n', ''])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect((await cli.minisub('settings', 'get', 'docker.host')).stdout).toBe('tcp://engine:2376\n')
  const { settings } = await cli.client().listSettings()
  expect(settings).toContainEqual(expect.objectContaining({ key: 'docker.host', source: 'file' }))
  expect(await cli.client().setSetting({ key: 'docker.buildProxies', value: false })).toMatchObject({ value: false })
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
    'docker.host': 'tcp://engine:2376',
    'docker.buildProxies': false,
  })
  expect((await cli.minisub('settings', 'unset', 'docker.host')).stdout).toBe('docker.host is (empty) (default)\n')
  expect(JSON.parse((await cli.minisub('settings', 'get', 'docker.host', '--json')).stdout)).toMatchObject({
    key: 'docker.host',
    value: '',
    variable: 'MINISUB_DOCKER_HOST',
  })
})

test('the list tells where each value comes from, and what of the file has no meaning', async () => {
  await cli.minisub('settings', 'set', 'docker.defaultImage', 'busybox:1.35')
  writeFileSync(file(), readFileSync(file(), 'utf8').replace('{', '{"docker.hots": "x",'))
  const { code, stdout, stderr } = await cli.minisub('settings', 'list')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^docker\.defaultImage +busybox:1\.35 +file /m)
  expect(stdout).toMatch(/^docker\.buildNetwork +host +MINISUB_DOCKER_BUILD_NETWORK /m)
  expect(stdout).toMatch(/^docker\.buildProxies +true +default /m)
  expect(stderr).toContain('there is no setting "docker.hots" in this version: did you mean "docker.host"?')
  expect(JSON.parse((await cli.minisub('settings', 'list', '--json')).stdout)).toMatchObject({ file: file() })
})

test('what the variable of the core overrides is written all the same, and said', async () => {
  const { code, stdout, stderr } = await cli.minisub('settings', 'set', 'docker.buildNetwork', 'none')
  expect([code, stdout]).toEqual([0, 'docker.buildNetwork is host (MINISUB_DOCKER_BUILD_NETWORK)\n'])
  expect(stderr).toContain('which wins as long as that core runs')
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ 'docker.buildNetwork': 'none' })
})

test.each([
  [['set', 'docker.hots', 'x'], 'error: there is no setting "docker.hots": did you mean "docker.host"?'],
  [['get', 'docker.hots'], 'error: there is no setting "docker.hots": did you mean "docker.host"?'],
  [['unset', 'x'], 'error: there is no setting "x": known are cluster.kindMirror'],
  [['set', 'docker.buildProxies', 'yes'], 'error: docker.buildProxies cannot be "yes": use true or false'],
  [['set', 'docker.host'], "missing required argument 'value'"],
])('%s is refused in words', async (args, words) => {
  const { code, stderr } = await cli.minisub('settings', ...args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
})

test('a broken file is named with its line, and the core works on', async () => {
  await cli.minisub('settings', 'list')
  writeFileSync(file(), '{\n  "docker.host": 5\n}\n')
  const { code, stderr } = await cli.minisub('settings', 'list')
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file()}:2:3: docker.host is 5`)])
  expect((await cli.minisub('runs')).code).toBe(0)
  expect((await cli.minisub('settings', 'set', 'docker.host', 'unix:///run/docker.sock')).code).toBe(0)
  expect((await cli.minisub('settings', 'list')).code).toBe(0)
})
