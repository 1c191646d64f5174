import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandVariables, dockerArguments } from './pulled-shell.ts'

const COMMON = {
  folder: '/data/a "b", c',
  env: { WORD: "it's" },
  secrets: ['TOKEN'],
  network: true,
  users: 'same' as const,
  labels: { 'minisub.shell': '7.1' },
}
const shellOf = (user: string) => ({ on: 'docker' as const, image: { id: 'sha256:1', user }, command: ['x'], env: {} })

test('a shell in a container has the folder at the place of there, and no value of a secret among its arguments', () => {
  const args = dockerArguments({ ...COMMON, shell: shellOf(''), owner: { uid: 0, gid: 0 } })
  expect(args.join(' ')).toContain(
    '--mount=type=bind,"source=/data/a ""b"", c",target=/mini-submarine --workdir=/mini-submarine --env=WORD=it\'s --env=TOKEN --entrypoint=sh sha256:1 -c',
  )
})

test.each([
  ['', 0, [], ''],
  ['root', 1000, [], '1000:1000'],
  ['0:0', 1000, [], '1000:1000'],
  ['ada', 1000, ['--user=1000:1000'], ''],
  ['ada', 0, ['--user=0:0'], ''],
])('an image of the user %j for the owner %i', (user, id, expected, owner) => {
  const args = dockerArguments({ ...COMMON, shell: shellOf(user), owner: { uid: id, gid: id } })
  expect(args.filter((it) => it.startsWith('--user'))).toEqual(expected)
  expect(args.at(-1)).toBe(owner)
})

test('a step without a network has a shell without one', () => {
  const args = dockerArguments({ ...COMMON, network: false, shell: shellOf(''), owner: { uid: 0, gid: 0 } })
  expect(args).toContain('--network=none')
})

test.each([
  ['rootless' as const, '', ['--user=0:0'], ''],
  ['rootless' as const, 'ada', ['--user=0:0'], ''],
  ['remapped' as const, '', ['--userns=host'], '1000:1000'],
  ['remapped' as const, 'ada', ['--userns=host', '--user=1000:1000'], ''],
])('in an engine with %s users, of an image of the user %j', (users, user, expected, owner) => {
  const args = dockerArguments({ ...COMMON, users, shell: shellOf(user), owner: { uid: 1000, gid: 1000 } })
  expect(args.filter((it) => it.startsWith('--user'))).toEqual(expected)
  expect(args.at(-1)).toBe(owner)
  expect(args).toContain('--label=minisub.shell=7.1')
})

test('a command that is too long for a variable lies in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-shell-'))
  const places = { folder, at: '/mini-submarine' }
  expect(await commandVariables(['sh', '-c', 'x y'], places)).toEqual({ MINISUB_COMMAND: "sh -c 'x y'" })
  const long = await commandVariables(['echo', ...Array.from({ length: 60_000 }, () => 'x')], places)
  expect(long).toEqual({ MINISUB_COMMAND_FILE: '/mini-submarine/command.txt' })
  expect(readFileSync(join(folder, 'command.txt'), 'utf8')).toMatch(/^echo x x .* x\n$/)
  rmSync(folder, { recursive: true })
})
