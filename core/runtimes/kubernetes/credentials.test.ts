import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Cluster } from '../cluster.ts'
import {
  kubeconfigFolder,
  sendJson,
  sendStatus,
  startLocalServer,
  type KubeconfigFolder,
  type LocalServer,
} from './local-cluster-fixture.ts'
import type { ClusterOptions } from './index.ts'

describe('credentials', () => {
  let server: LocalServer
  let config: KubeconfigFolder
  let accepted: (authorization: string) => boolean
  let seen: Record<string, string | string[] | undefined>[]
  const opened: Cluster[] = []

  beforeEach(async () => {
    seen = []
    accepted = () => true
    server = await startLocalServer(({ headers }, response) => {
      seen.push({ ...headers })
      if (accepted(headers.authorization ?? '')) sendJson(response, 200, { gitVersion: 'v1.0.0' })
      else sendStatus(response, 401, 'Unauthorized')
    })
    config = kubeconfigFolder({ server: server.url })
  })
  afterEach(async () => {
    for (const it of opened.splice(0)) await it[Symbol.asyncDispose]()
    config[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  function open(user: object, options?: ClusterOptions): Cluster {
    config.write({ server: server.url }, user)
    const cluster = config.open(options)
    opened.push(cluster)
    return cluster
  }
  /** A plugin that counts its calls in `calls`, keeps its KUBERNETES_EXEC_INFO in `info`, and then runs a script. */
  function plugin(script: string, name = 'login'): string {
    const path = join(config.folder, name)
    const head = `#!/bin/sh\ncd '${config.folder}'\necho >> calls\nprintf %s "$KUBERNETES_EXEC_INFO" > info\n`
    writeFileSync(path, `${head}n=$(wc -l < calls | tr -d ' ')\n${script}\n`)
    chmodSync(path, 0o755)
    return path
  }
  const calls = (): number => readFileSync(join(config.folder, 'calls'), 'utf8').length
  const credential = (status: string): string =>
    `cat <<EOF\n{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{${status}}}\nEOF`
  const seenTokens = (): unknown[] => seen.map((it) => it['authorization'])

  test.each([
    [{ token: 't' }, 'Bearer t'],
    [{ username: 'me', password: 'pä:ss' }, `Basic ${Buffer.from('me:pä:ss').toString('base64')}`],
    [{}, undefined],
  ])('%j stands in the header Authorization', async (user, header) => {
    await open(user).version()
    expect(seenTokens()).toEqual([header])
  })

  test('somebody else can be impersonated, with several groups', async () => {
    const extra = { 'as-user-extra': { 'a/b': ['1'] } }
    await open({ token: 't', as: 'bob', 'as-uid': '7', 'as-groups': ['x', 'y'], ...extra }).version()
    expect(seen[0]).toMatchObject({ 'impersonate-user': 'bob', 'impersonate-uid': '7', 'impersonate-group': 'x, y' })
    expect(seen[0]?.['impersonate-extra-a%2fb']).toBe('1')
  })

  test('a token in a file is read anew when the file changed', async () => {
    const file = join(config.folder, 'token')
    writeFileSync(file, 'one\n')
    const cluster = open({ tokenFile: 'token', token: 'ignored' })
    await cluster.version()
    await cluster.version()
    writeFileSync(file, 'two\n')
    await cluster.version()
    expect(seenTokens()).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
  })

  test('a kubeconfig that changed is read anew; one that is half-written is waited for', async () => {
    const cluster = open({ token: 'one' })
    await cluster.version()
    writeFileSync(config.path, '{"clusters": [')
    setTimeout(() => config.write({ server: server.url }, { token: 'two' }), 50)
    await cluster.version()
    expect(seenTokens()).toEqual(['Bearer one', 'Bearer two'])
    expect(server.connections()).toBe(1)
  })

  test('a plugin is run once for all that wait, and again after 401', async () => {
    const cluster = open({
      exec: { command: plugin(`sleep 0.1; ${credential('"token":"t$n"')}`) },
    })
    accepted = (it) => it !== 'Bearer t1'
    await Promise.all([cluster.version(), cluster.version(), cluster.version()])
    expect(calls()).toBe(2)
    expect(seenTokens().filter((it) => it === 'Bearer t1')).toHaveLength(3)
    expect(seenTokens().filter((it) => it === 'Bearer t2')).toHaveLength(3)
  })

  test('who is refused twice is told so, and asked no more', async () => {
    const cluster = open({ exec: { command: plugin(credential('"token":"bad"')) } })
    accepted = () => false
    await expect(cluster.version()).rejects.toMatchObject({
      code: 'cluster_unauthorized',
      message: /Unauthorized.*log in/,
    })
    expect(calls()).toBe(2)
  })

  test.each([
    ['in 50 s', 50_000, 1],
    ['in an hour', 3_600_000, 1],
    ['long ago', -10_000, 2],
  ])('what is over %s is good as long as it should be', async (_, afterMs, runs) => {
    const expiry = new Date(Date.now() + afterMs).toISOString()
    const cluster = open({ exec: { command: plugin(credential(`"token":"t","expirationTimestamp":"${expiry}"`)) } })
    await cluster.version()
    await cluster.version()
    expect(calls()).toBe(runs)
  })

  test('a plugin has its arguments, its variables and the cluster; its path is from the folder of the kubeconfig', async () => {
    mkdirSync(join(config.folder, 'bin'))
    plugin(credential('"token":"$1-$REGION"'), 'bin/login')
    const exec = {
      command: './bin/login',
      args: ['a b'],
      env: [{ name: 'REGION', value: 'x' }],
      provideClusterInfo: true,
    }
    await open({ exec }).version()
    expect(seenTokens()).toEqual(['Bearer a b-x'])
    const info: unknown = JSON.parse(readFileSync(join(config.folder, 'info'), 'utf8'))
    expect(info).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: server.url } },
    })
  })

  test('a plugin that only the login shell finds is found', async () => {
    const folder = join(config.folder, 'tools')
    mkdirSync(folder)
    plugin(credential('"token":"t"'), 'tools/some-login')
    const shell = join(config.folder, 'shell')
    writeFileSync(shell, `#!/bin/sh\nPATH="$PATH:${folder}"\necho welcome\nexec /bin/sh -c "$2"\n`)
    chmodSync(shell, 0o755)
    const variables = { PATH: '/usr/bin:/bin', SHELL: shell, HOME: config.folder }
    await open({ exec: { command: 'some-login' } }, { variables }).version()
    expect(seenTokens()).toEqual(['Bearer t'])
  })

  test.each([
    ['is not installed', 'no-such-login', 'cluster_config', /was not found: get it from the shop/],
    ['fails', 'echo "session is over" >&2; exit 3', 'cluster_unauthorized', /exit code 3 session is over.*log in/],
    ['prints nonsense', 'echo s3cret', 'cluster_config', /did not print an ExecCredential/],
  ])('a plugin that %s is told in words', async (_, script, code, words) => {
    const command = script === 'no-such-login' ? script : plugin(script)
    const failing = open({ exec: { command, installHint: 'get it from the shop' } }).version()
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
    await expect(failing).rejects.not.toThrow('s3cret')
  })

  test('a plugin that wants a terminal is refused', async () => {
    const cluster = open({ exec: { command: plugin('exit 0'), interactiveMode: 'Always' } })
    await expect(cluster.version()).rejects.toMatchObject({ code: 'cluster_config', message: /wants a terminal/ })
  })

  test('an auth provider of the older kind is served by the client of Kubernetes', async () => {
    const body = Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 3600 })).toString('base64url')
    const token = `${Buffer.from('{}').toString('base64url')}.${body}.x`
    await open({ 'auth-provider': { name: 'oidc', config: { 'id-token': token } } }).version()
    expect(seenTokens()).toEqual([`Bearer ${token}`])
  })

  test('the kubeconfig is never written', async () => {
    const cluster = open({ exec: { command: plugin(credential('"token":"t"')) } })
    chmodSync(config.path, 0o400)
    utimesSync(config.path, 1000, 1000)
    const before = readFileSync(config.path, 'utf8')
    await cluster.version()
    expect(readFileSync(config.path, 'utf8')).toBe(before)
  })
})
