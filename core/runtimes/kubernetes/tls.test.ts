import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeAuthority, type Authority } from './authority-fixture.ts'
import {
  kubeconfigFolder,
  sendJson,
  startLocalServer,
  type KubeconfigFolder,
  type LocalServer,
} from './local-cluster-fixture.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('an API server with TLS', () => {
  let authority: Authority
  let server: LocalServer
  let config: KubeconfigFolder
  /** Who the client's certificate says it is, of each request. */
  let names: string[]

  beforeAll(() => void (authority = makeAuthority()))
  afterAll(() => authority[Symbol.dispose]())
  beforeEach(async () => {
    names = []
    const tls = { ...authority.issue('server'), ca: authority.ca, requestCert: true, rejectUnauthorized: false }
    server = await startLocalServer((request, response) => {
      names.push(clientOf(request))
      sendJson(response, 200, { gitVersion: 'v1.0.0' })
    }, tls)
    config = kubeconfigFolder({ server: server.url })
  })
  afterEach(async () => {
    config[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  function clientOf({ socket }: IncomingMessage): string {
    const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined
    return String(subject?.CN ?? 'nobody')
  }
  const trusted = (): object => ({ server: server.url, 'certificate-authority-data': base64(authority.ca) })
  function writePair(name: string): void {
    const { cert, key } = authority.issue(name)
    writeFileSync(join(config.folder, 'me.crt'), cert)
    writeFileSync(join(config.folder, 'me.key'), key)
  }

  test('is trusted by the authority of the kubeconfig, in it or in a file beside it', async () => {
    writeFileSync(join(config.folder, 'ca.crt'), authority.ca)
    for (const cluster of [trusted(), { server: server.url, 'certificate-authority': 'ca.crt' }]) {
      config.write(cluster, {})
      await using opened = config.open()
      expect(await opened.version()).toBe('v1.0.0')
    }
  })

  test('is not trusted without it, and by force where the kubeconfig says so', async () => {
    await using opened = config.open()
    const words = /TLS with the cluster local .*failed.*check certificate-authority/
    await expect(opened.version()).rejects.toMatchObject({ code: 'cluster_unreachable', message: words })
    config.write({ server: server.url, 'insecure-skip-tls-verify': true }, {})
    expect(await opened.version()).toBe('v1.0.0')
  })

  test('may have another name than its address', async () => {
    config.write({ ...trusted(), 'tls-server-name': 'cluster.example' }, {})
    await using opened = config.open()
    await opened.version()
    config.write({ ...trusted(), server: `https://localhost:${server.port}`, 'tls-server-name': '127.0.0.1' }, {})
    await opened.version()
    config.write({ ...trusted(), 'tls-server-name': 'other.example' }, {})
    await expect(opened.version()).rejects.toThrow('TLS with the cluster')
  })

  test('sees a client certificate that was renewed with the next call; before, one connection serves', async () => {
    config.write(trusted(), { 'client-certificate': 'me.crt', 'client-key': 'me.key' })
    writePair('first')
    await using opened = config.open()
    await opened.version()
    await opened.version()
    expect(server.connections()).toBe(1)
    writePair('second')
    await opened.version()
    expect(names).toEqual(['first', 'first', 'second'])
    expect(server.connections()).toBe(2)
  })

  test('sees the client certificate that a plugin gave', async () => {
    const { cert, key } = authority.issue('plugin')
    const status = { clientCertificateData: cert, clientKeyData: key }
    writeFileSync(join(config.folder, 'out'), JSON.stringify({ kind: 'ExecCredential', status }))
    writeFileSync(join(config.folder, 'login'), `#!/bin/sh\ncat '${config.folder}/out'\n`)
    chmodSync(join(config.folder, 'login'), 0o755)
    config.write(trusted(), { exec: { command: './login' } })
    await using opened = config.open()
    await opened.version()
    expect(names).toEqual(['plugin'])
  })

  test('a certificate without its key is refused before anything is connected', async () => {
    const [one, other] = [authority.issue('one'), authority.issue('other')]
    config.write(trusted(), { 'client-certificate-data': base64(one.cert), 'client-key-data': base64(other.key) })
    await using opened = config.open()
    await expect(opened.version()).rejects.toMatchObject({ code: 'cluster_config', message: /user me cannot be used/ })
    expect(server.connections()).toBe(0)
  })

  test('that wants a certificate of its authority refuses another', async () => {
    const { cert, key } = authority.issue('strict')
    for (const [name, text] of Object.entries({ cert, key, ca: authority.ca }))
      writeFileSync(join(config.folder, name), text)
    const options = '-accept 127.0.0.1:0 -www -tls1_2 -cert cert -key key -CAfile ca -Verify 1 -verify_return_error'
    const strict = spawn('openssl', ['s_server', ...options.split(' ')], { cwd: config.folder })
    using _strict = { [Symbol.dispose]: () => strict.kill() }
    let said = ''
    strict.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const port = await vi.waitFor(() => /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? expect.fail(said))
    using other = makeAuthority()
    const stranger = other.issue('stranger')
    const user = { 'client-certificate-data': base64(stranger.cert), 'client-key-data': base64(stranger.key) }
    config.write({ ...trusted(), server: `https://127.0.0.1:${port}` }, user)
    await using opened = config.open()
    await expect(opened.version()).rejects.toMatchObject({
      code: 'cluster_unauthorized',
      message: /client certificate/,
    })
  })

  test.each(['proxy-url', 'HTTPS_PROXY'])('is reached through the proxy of %s, with its login', async (by) => {
    const seen: string[] = []
    const proxy = createServer().on('connect', (request: IncomingMessage, socket: Socket) => {
      seen.push(`${request.url} ${request.headers['proxy-authorization']}`)
      const far = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        far.pipe(socket).pipe(far)
      })
      for (const end of [far, socket]) end.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = `http://me:pass@127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const named = by === 'proxy-url' ? { 'proxy-url': address } : {}
    // Not this machine: such a server is never reached through the proxy of a variable.
    config.write({ ...trusted(), server: 'https://cluster.example', ...named }, {})
    await using opened = config.open({ variables: { HTTPS_PROXY: by === 'HTTPS_PROXY' ? address : '' } })
    await opened.version()
    await opened.version()
    expect(seen).toEqual([`cluster.example:443 Basic ${base64('me:pass')}`])
    proxy.close()
    proxy.closeAllConnections()
  })
})
