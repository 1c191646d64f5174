import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { isSettingKey, SETTINGS, settingFault, settingVariable } from '#core/contract/settings.ts'
import { openSettings } from './index.ts'

let home = ''
const file = () => join(home, 'settings.json')
const open = (environment: Record<string, string> = {}) => openSettings(home, environment)
const sourceOf = (key: string, environment: Record<string, string> = {}) =>
  open(environment)
    .list()
    .settings.find((setting) => setting.key === key)

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-settings-'))
})
afterEach(() => rmSync(home, { recursive: true }))

test('without a file every setting has its default', () => {
  expect(open().get('docker.pythonBaseImage')).toBe('python:<version>-slim')
  expect(open().get('docker.buildProxies')).toBe(true)
  expect(
    open()
      .list()
      .settings.map(({ source }) => source),
  ).toEqual(Object.keys(SETTINGS).map(() => 'default'))
  expect(existsSync(file())).toBe(false)
})

test('what was set is in a file of the owner alone, and another reader sees it at once', () => {
  const reader = open()
  expect(open().set('docker.buildProxies', 'false')).toMatchObject({ value: false, source: 'file' })
  open().set('docker.host', 'tcp://engine:2376')
  expect([reader.get('docker.buildProxies'), reader.get('docker.host')]).toEqual([false, 'tcp://engine:2376'])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
    'docker.buildProxies': false,
    'docker.host': 'tcp://engine:2376',
  })
  expect(reader.unset('docker.host')).toMatchObject({ value: '', source: 'default' })
  expect(reader.unset('docker.host')).toMatchObject({ value: '', source: 'default' })
})

test('a variable of the environment wins over the file, and says so', () => {
  const environment = {
    MINISUB_DOCKER_PYTHON_BASE_IMAGE: 'mirror/python:<version>',
    MINISUB_DOCKER_BUILD_PROXIES: 'false',
  }
  open().set('docker.pythonBaseImage', 'other/python:<version>')
  expect(open(environment).get('docker.pythonBaseImage')).toBe('mirror/python:<version>')
  expect(open(environment).get('docker.buildProxies')).toBe(false)
  expect(sourceOf('docker.pythonBaseImage', environment)).toMatchObject({
    source: 'variable',
    variable: 'MINISUB_DOCKER_PYTHON_BASE_IMAGE',
  })
  expect(open(environment).set('docker.pythonBaseImage', 'third/python:<version>').source).toBe('variable')
  expect(open().get('docker.pythonBaseImage')).toBe('third/python:<version>')
  expect(open({ MINISUB_DOCKER_HOST: '' }).get('docker.host')).toBe('')
  const bad = open({ MINISUB_DOCKER_BUILD_PROXIES: 'maybe' })
  expect(() => bad.get('docker.buildProxies')).toThrow(
    'MINISUB_DOCKER_BUILD_PROXIES cannot be "maybe": use true or false',
  )
})

test('keys of other versions are kept and warned about', () => {
  writeFileSync(file(), '{"docker.hots": "tcp://a:1", "cluster.name": {"deep": [1]}}')
  open().set('docker.defaultImage', 'busybox:1.35')
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
    'docker.hots': 'tcp://a:1',
    'cluster.name': { deep: [1] },
    'docker.defaultImage': 'busybox:1.35',
  })
  expect(open().list().warnings).toEqual([
    'there is no setting "docker.hots" in this version: did you mean "docker.host"?',
    expect.stringContaining('there is no setting "cluster.name" in this version: known are cluster.kindMirror'),
  ])
})

test('a file that was broken by hand is a problem with the line', () => {
  writeFileSync(file(), '{\n  "docker.host": "tcp://a:1",\n}\n')
  for (const use of [() => open().get('docker.host'), () => open().list(), () => open().set('docker.host', '')]) {
    expect(use).toThrow(
      expect.objectContaining({ code: 'settings_invalid', message: expect.stringContaining('line 3') }),
    )
  }
  writeFileSync(file(), '[]')
  expect(() => open().list()).toThrow('it is no object')
  expect(open({ MINISUB_DOCKER_HOST: 'unix:///a' }).get('docker.host')).toBe('unix:///a')
})

test('a wrong value in the file is named with its place, and can be replaced', () => {
  writeFileSync(file(), '{\n  "docker.buildProxies": "yes",\n  "docker.host": 7\n}\n')
  expect(() => open().list()).toThrow(
    expect.objectContaining({
      code: 'settings_invalid',
      issues: [
        expect.objectContaining({
          message: 'docker.buildProxies is "yes": use true or false',
          place: { line: 2, column: 3 },
        }),
        expect.objectContaining({
          message: 'docker.host is 7: use a text, true or false',
          place: { line: 3, column: 3 },
        }),
      ],
    }),
  )
  open().set('docker.buildProxies', 'true')
  open().unset('docker.host')
  expect(open().list().warnings).toEqual([])
})

test('a name that is none is a problem that says the nearest one', () => {
  const unknown = expect.objectContaining({
    code: 'unknown_setting',
    message: 'there is no setting "docker.biuldNetwork": did you mean "docker.buildNetwork"?',
  })
  expect(() => open().set('docker.biuldNetwork', 'host')).toThrow(unknown)
  expect(() => open().unset('docker.biuldNetwork')).toThrow(unknown)
  expect(() => open().set('toString', 'x')).toThrow(expect.objectContaining({ code: 'unknown_setting' }))
})

test.each([
  [
    'docker.host',
    ['unix:///run/docker.sock', 'tcp://engine:2376', 'ssh://ada@engine'],
    ['engine', 'tcp://', 'tcp://a b'],
  ],
  [
    'docker.pythonBaseImage',
    ['r.example:5000/python:<version>'],
    ['python:3.12-slim', 'Py thon:<version>', 'a:<version>:'],
  ],
  ['docker.defaultImage', ['busybox', `team/base@sha256:${'a'.repeat(64)}`], ['bad image', 'a@sha256:12', '-a']],
  ['desktop.closing', ['ask', 'keep', 'quit'], ['Ask', 'stay', 'quit ', 'asks', 'constructor']],
  ['docker.buildNetwork', ['host', 'my_net-1.2'], ['container:1 2', '--host']],
  ['docker.buildProxies', ['true', 'false'], ['yes', '1', '']],
  ['docker.buildCertificates', ['host', '/etc/ssl/ca.pem'], ['ca.pem', 'hosts']],
] as const)('%s takes what it means and nothing else', (key, good, bad) => {
  expect(good.map((text) => settingFault(key, text))).toEqual(good.map(() => undefined))
  for (const text of bad) expect(settingFault(key, text), text).toMatch(/^(?:use|write) /)
  if (SETTINGS[key].type === 'text') expect(settingFault(key, '')).toBe(undefined)
})

test('the default of every setting is a value that it takes, and its variable is a name', () => {
  for (const key of Object.keys(SETTINGS).filter(isSettingKey)) {
    expect(settingFault(key, String(SETTINGS[key].default))).toBe(undefined)
    expect(settingVariable(key)).toMatch(/^MINISUB_[A-Z]+(_[A-Z]+)*$/)
  }
})

test('whatever stands in the file is read, or is a problem', () => {
  const part = fc.constantFrom(
    ...Object.keys(SETTINGS),
    '{',
    '}',
    '"',
    ':',
    ',',
    '\n',
    'true',
    '[',
    '0',
    '\u0000',
    '__proto__',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.array(part).map((parts) => parts.join('')),
      ),
      (text) => {
        writeFileSync(file(), text)
        try {
          expect(open().list().settings).toHaveLength(Object.keys(SETTINGS).length)
        } catch (error) {
          if (!isProblem(error)) throw error
          expect(error.code).toBe('settings_invalid')
        }
      },
    ),
  )
})

test('who listens hears of every change', () => {
  const settings = open()
  let heard = 0
  const end = settings.onChange(() => (heard += 1))
  settings.set('docker.host', 'unix:///a')
  settings.unset('docker.host')
  expect(() => settings.set('docker.host', 'wrong')).toThrow()
  end()
  settings.set('docker.host', 'unix:///b')
  expect(heard).toBe(2)
})
