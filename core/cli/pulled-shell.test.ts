import { expect, test } from 'vitest'
import { dockerArguments } from './pulled-shell.ts'

const COMMON = {
  folder: '/data/a "b", c',
  env: { WORD: "it's" },
  secrets: ['TOKEN'],
  network: true,
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
