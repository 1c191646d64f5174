import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCredentials, findCredentials, loginFor } from './images-credentials.ts'

let folder = ''
const variables = () => ({ DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` })
const base64 = (text: string) => Buffer.from(text).toString('base64')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-docker-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function config(content: object): void {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(content))
}

/** A credential helper that answers by the server that it is asked for on stdin. */
function helper(name: string, script: string): void {
  const file = join(folder, `docker-credential-${name}`)
  writeFileSync(file, `#!/bin/sh\nread -r server || true\n${script}\n`)
  chmodSync(file, 0o755)
}

describe('logins of registries', () => {
  test('are none where Docker has no configuration', async () => {
    expect(await findCredentials('ghcr.io', variables())).toBeUndefined()
    expect(await allCredentials(variables())).toEqual({})
  })

  test('are read with a colon in the password, and by hosts with a scheme and a path', async () => {
    config({
      auths: { 'https://index.docker.io/v1/': { auth: base64('ada:pa:ss') }, 'ghcr.io': { auth: base64('bob:x') } },
    })
    expect(await findCredentials('docker.io', variables())).toEqual({ username: 'ada', password: 'pa:ss' })
    expect(await findCredentials('ghcr.io', variables())).toEqual({ username: 'bob', password: 'x' })
    expect(await findCredentials('localhost:5000', variables())).toBeUndefined()
    expect(Object.keys(await allCredentials(variables()))).toEqual(['https://index.docker.io/v1/', 'ghcr.io'])
  })

  test('may be an identity token', async () => {
    config({ auths: { 'a.example': { auth: base64('ada:'), identitytoken: 'tok' } } })
    expect(await findCredentials('a.example', variables())).toEqual({ identitytoken: 'tok', username: 'ada' })
  })

  test('come from a helper, which is asked by the name that Docker uses', async () => {
    config({ credsStore: 'all', credHelpers: { 'a.example': 'one' } })
    helper('all', `printf '{"Username":"%s","Secret":"s"}' "$server"`)
    helper('one', `printf '{"Username":"<token>","Secret":"t"}'`)
    expect(await findCredentials('docker.io', variables())).toEqual({
      username: 'https://index.docker.io/v1/',
      password: 's',
    })
    expect(await findCredentials('a.example', variables())).toEqual({ identitytoken: 't' })
  })

  test('that a helper does not know are none', async () => {
    config({ credsStore: 'all' })
    helper('all', `echo 'credentials not found in native keychain'; exit 1`)
    expect(await findCredentials('a.example', variables())).toBeUndefined()
  })

  test.each([
    [
      'a helper that is not installed',
      () => config({ credsStore: 'gone' }),
      /docker-credential-gone cannot be started/,
    ],
    ['a configuration that is no JSON', () => writeFileSync(join(folder, 'config.json'), '{'), /no configuration/],
    [
      'a helper that answers nonsense',
      () => {
        config({ credsStore: 'odd' })
        helper('odd', 'echo hello')
      },
      /answered what is no login/,
    ],
  ])('%s is told, and public images do without', async (_what, prepare, words) => {
    prepare()
    await expect(findCredentials('a.example', variables())).rejects.toMatchObject({
      code: 'image_login',
      message: expect.stringMatching(words) as string,
    })
    expect(await loginFor('a.example', variables())).toMatchObject({ fault: { code: 'image_login' } })
  })
})
