import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeWithDocker } from '#test/support/requirements.ts'
import { findAddresses, type Surroundings } from './engine-address.ts'
import { usualSockets } from './usual-sockets.ts'
import { openDockerEngine } from './engine.ts'
import { engineProblem } from './engine-problems.ts'

let root: string
const servers: Server[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-engine-'))
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(root, { recursive: true, force: true })
})

function around(env: Record<string, string> = {}, sockets: readonly string[] = []): Surroundings {
  return { env, home: root, exists: (path) => sockets.includes(path) }
}

/** Makes a Docker context of the `docker` command. */
function context(name: string, host: string): void {
  const folder = join(root, '.docker/contexts/meta', createHash('sha256').update(name).digest('hex'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }))
}

function currentContext(name: string): void {
  mkdirSync(join(root, '.docker'), { recursive: true })
  writeFileSync(join(root, '.docker/config.json'), JSON.stringify({ currentContext: name }))
}

async function listen(server: Server, path: string): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return path
}

async function problemOf(host: string | undefined, surroundings: Surroundings) {
  const engine = openDockerEngine({ host: () => host, surroundings })
  const error: unknown = await engine.client().catch((caught: unknown) => caught)
  if (!(error instanceof Error) || !('code' in error)) throw new Error(`no problem: ${String(error)}`)
  return { code: error.code, message: error.message }
}

describe('where an engine is looked for', () => {
  test.each([
    ['unix:///run/x.sock', { kind: 'socket', path: '/run/x.sock' }],
    ['/run/x.sock', { kind: 'socket', path: '/run/x.sock' }],
    ['tcp://box:2375', { kind: 'tcp', host: 'box', port: 2375, tls: undefined }],
    ['tcp://box', { kind: 'tcp', port: 2375, tls: undefined }],
    ['box:99', { kind: 'tcp', host: 'box', port: 99 }],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['tcp://box:2376', { kind: 'tcp', port: 2376, tls: { verify: true } }],
    ['https://box', { kind: 'tcp', port: 2376, tls: { verify: true } }],
    ['ssh://me@box', { kind: 'ssh', user: 'me', host: 'box', port: undefined }],
    ['ssh://box:2222', { kind: 'ssh', user: '', host: 'box', port: 2222 }],
  ])('DOCKER_HOST and the setting may say %s', (text, wanted) => {
    expect(findAddresses(undefined, around({ DOCKER_HOST: text }))).toMatchObject([{ ...wanted, from: 'DOCKER_HOST' }])
    expect(findAddresses(text, around({ DOCKER_HOST: 'unix:///other' }))).toMatchObject([
      { ...wanted, from: 'the setting docker.host' },
    ])
  })

  test('TLS is as the docker command has it', () => {
    const env = { DOCKER_HOST: 'tcp://box:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }
    expect(findAddresses(undefined, around(env))).toMatchObject([{ tls: { folder: '/certs', verify: true } }])
  })

  test.each(['ftp://box', 'tcp://', 'http://:80:90', 'ssh://'])('%s is no address, and it says so', async (text) => {
    const problem = await problemOf(undefined, around({ DOCKER_HOST: text }))
    expect(problem.code).toBe('engine_unavailable')
    expect(problem.message).toContain('DOCKER_HOST is')
  })

  test('the current context counts where DOCKER_HOST is not set, and DOCKER_CONTEXT before it', () => {
    context('colima', 'unix:///c.sock')
    context('other', 'ssh://me@far')
    currentContext('colima')
    expect(findAddresses(undefined, around())).toMatchObject([{ path: '/c.sock', from: 'the Docker context "colima"' }])
    expect(findAddresses(undefined, around({ DOCKER_CONTEXT: 'other' }))).toMatchObject([{ host: 'far' }])
    expect(findAddresses(undefined, around({ DOCKER_HOST: 'unix:///d' }))).toMatchObject([{ path: '/d' }])
    currentContext('default')
    expect(findAddresses(undefined, around())).toEqual([])
    writeFileSync(join(root, '.docker/config.json'), '{"currentCon')
    expect(findAddresses(undefined, around())).toEqual([])
  })

  test('a context that is not there is a problem', async () => {
    currentContext('gone')
    expect((await problemOf(undefined, around())).message).toContain('the Docker context "gone" is the current one')
  })

  test('the usual sockets are tried in order: Docker, rootless, Docker Desktop, Colima, Podman', () => {
    const all = usualSockets(around({ XDG_RUNTIME_DIR: '/run/user/7' }))
    const found = findAddresses(undefined, around({ XDG_RUNTIME_DIR: '/run/user/7' }, all))
    expect(found.map((address) => (address.kind === 'socket' ? address.path : ''))).toEqual(all)
    const order = ['/var/run/docker.sock', '/run/user/7/docker.sock', '.docker/run/', '.colima/', '/podman/podman.sock']
    const places = order.map((part) => all.findIndex((path) => path.includes(part)))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
  })
})

describe('an engine that cannot be had is a problem with its cause and fix', () => {
  test('none anywhere', async () => {
    const problem = await problemOf(undefined, around())
    expect(problem).toMatchObject({ code: 'engine_unavailable' })
    expect(problem.message).toContain('start Docker or Podman')
  })

  test('a socket that nobody listens on', async () => {
    const path = join(root, 'dead.sock')
    const server = createServer()
    await listen(server, path)
    const dead = `${path}.left`
    renameSync(path, dead)
    await new Promise((resolve) => server.close(resolve))
    const problem = await problemOf(`unix://${dead}`, around())
    expect(problem.code).toBe('engine_unavailable')
    expect(problem.message).toContain(`the socket ${dead} (from the setting docker.host) does not answer`)
  })

  test('a socket that may not be used names the docker group', () => {
    const error = Object.assign(new Error('connect EACCES /s'), { code: 'EACCES', syscall: 'connect' })
    const problem = engineProblem(error, { kind: 'socket', path: '/s', text: 'the socket /s', from: undefined })
    expect(problem).toMatchObject({ code: 'engine_forbidden' })
    expect(String(problem)).toContain('usermod -aG docker')
  })

  test.skipIf(process.getuid?.() === 0)('a real socket without permission', async () => {
    const path = await listen(createServer(), join(root, 'closed.sock'))
    chmodSync(path, 0)
    expect((await problemOf(`unix://${path}`, around())).code).toBe('engine_forbidden')
  })

  test('a port that nobody listens on, or a server that speaks something else', async () => {
    expect((await problemOf('tcp://127.0.0.1:9', around())).code).toBe('engine_unavailable')
    const path = await listen(
      createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH\r\n')),
      join(root, 'other.sock'),
    )
    expect((await problemOf(path, around())).code).toBe('engine_unavailable')
  })

  test('a server that wants TLS', async () => {
    const server = createHttpServer((_, response) => {
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.')
    })
    const problem = await problemOf(await listen(server, join(root, 'tls.sock')), around())
    expect(problem.code).toBe('engine_unavailable')
    expect(problem.message).toContain('DOCKER_TLS_VERIFY')
  })

  test('a machine that ssh does not reach, with what ssh says', async () => {
    const problem = await problemOf('ssh://nobody@127.0.0.1:9', around())
    expect(problem.code).toBe('engine_unavailable')
    expect(problem.message).toMatch(/ssh.*(refused|not found|ENOENT)/i)
  })

  test('errors of files of this machine are not taken for the engine', () => {
    const error = Object.assign(new Error('ENOENT: open /blob'), { code: 'ENOENT', syscall: 'open' })
    expect(engineProblem(error, undefined)).toBe(error)
  })
})

describeWithDocker('the engine of this machine', () => {
  test('says what it is and where it was found', async () => {
    const engine = openDockerEngine()
    const described = await engine.describe()
    expect(described.name).toMatch(/Docker|Podman/)
    expect(described.platform).toMatch(/^linux\/(amd64|arm64)$/)
    expect(described.address).not.toBe('')
    expect(described.cpus).toBeGreaterThan(0)
    expect(described.memoryBytes).toBeGreaterThan(2 ** 26)
  })

  test.runIf(existsSync('/var/run/docker.sock'))('a dead socket before it is passed over', async () => {
    const dead = join(root, '.docker/run/docker.sock')
    mkdirSync(join(root, '.docker/run'), { recursive: true })
    writeFileSync(dead, '')
    const real = '/var/run/docker.sock'
    const surroundings: Surroundings = { env: {}, home: root, exists: (path) => path === dead || path === real }
    expect((await openDockerEngine({ surroundings }).describe()).address).toBe(`the socket ${real}`)
  })

  test.runIf(existsSync('/var/run/docker.sock'))('is reached through ssh', async () => {
    // an `ssh` that is the far machine's `docker system dial-stdio` itself
    const bridge = `#!${process.execPath}
      const socket = require('net').connect('/var/run/docker.sock')
      process.stdin.pipe(socket).pipe(process.stdout)`
    writeFileSync(join(root, 'ssh'), bridge, { mode: 0o755 })
    const path = process.env['PATH']
    process.env['PATH'] = `${root}:${path ?? ''}`
    try {
      const engine = openDockerEngine({ host: () => 'ssh://me@far', surroundings: around() })
      expect((await engine.describe()).address).toBe('ssh://me@far (from the setting docker.host)')
    } finally {
      process.env['PATH'] = path
    }
  })

  test('the setting is looked at on each call', async () => {
    let host = 'unix:///nowhere.sock'
    const engine = openDockerEngine({ host: () => host })
    await expect(engine.client()).rejects.toMatchObject({ code: 'engine_unavailable' })
    host = ''
    await (await engine.client()).ping()
  })
})
