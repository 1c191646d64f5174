import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '#core/base/id.ts'
import type { ContainerSpec } from '#core/runtimes/cluster-engine.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { openClusterEngine } from './cluster-engine.ts'
import { BUSYBOX, docker } from './docker-fixture.ts'
import { openDockerEngine } from './engine.ts'

const NAME = `minisub-ce-${newId().slice(-8)}`
const LABEL = 'mini-submarine.cluster'
const SLEEPER = `${NAME}-sleeper`
const engine = openClusterEngine({ engine: openDockerEngine() })

/** What tests make beside, removed at the end. */
const leftovers = new Set<string>()

function spec(change: Partial<ContainerSpec> = {}): ContainerSpec {
  const labels = { [LABEL]: NAME }
  // The image's own command is a shell, which ends at once without input.
  return { name: `${NAME}-${newId().slice(-6)}`, image: IMAGE, labels, ports: {}, restarts: false, ...change }
}

const IMAGE = `${NAME}:test`
const OTHER = `${NAME}:other`

function inspect(name: string, format: string): string {
  return docker('inspect', '--format', format, name)
}

async function problem(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'no error',
    (caught: unknown) => caught,
  )
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

describeWithDocker('the engine of local clusters', () => {
  beforeAll(() => {
    docker('run', '--detach', '--name', SLEEPER, '--label', `${LABEL}=${NAME}`, BUSYBOX, 'sleep', '100000')
    docker('commit', '--change', 'CMD ["sleep", "100000"]', SLEEPER, IMAGE)
  })
  afterAll(async () => {
    for (const { name } of await engine.containers([`${LABEL}=${NAME}`])) await engine.removeContainer(name)
    for (const volume of await engine.volumes(`${LABEL}=${NAME}`)) await engine.removeVolume(volume)
    for (const network of leftovers) await engine.removeNetwork(network)
    docker('rmi', '--force', IMAGE, OTHER)
  })

  test('says what it is, and how programs reach it', async () => {
    const facts = await engine.facts()
    expect(facts).toMatchObject({ version: docker('version', '--format', '{{.Server.Version}}'), isPodman: false })
    expect(facts.platform).toBe(docker('version', '--format', '{{.Server.Os}}/{{.Server.Arch}}'))
    expect(facts.rootFolder).toBe(docker('info', '--format', '{{.DockerRootDir}}'))
    expect(facts.memoryBytes).toBe(Number(docker('info', '--format', '{{.MemTotal}}')))
    expect(facts.cgroupVersion).toBe(docker('info', '--format', '{{.CgroupVersion}}'))
    expect(docker('--host', facts.host, 'info', '--format', '{{.ID}}')).toBe(docker('info', '--format', '{{.ID}}'))
  })

  test('makes a container with ports, variables, network and volume, once', async () => {
    const network = `${NAME}-net`
    docker('network', 'create', '--label', `${LABEL}=${NAME}`, network)
    leftovers.add(network)
    const port = await freePort()
    const volumes = { [`${NAME}-data`]: '/data' }
    const one = spec({ env: { COLOUR: 'blue=1' }, network, ports: { 8080: port }, volumes, restarts: true })
    await engine.ensureContainer(one)
    const id = inspect(one.name, '{{.Id}}')
    await engine.ensureContainer(one)
    expect(inspect(one.name, '{{.Id}}')).toBe(id)
    expect(inspect(one.name, '{{.HostConfig.RestartPolicy.Name}}')).toBe('unless-stopped')
    expect(inspect(one.name, '{{json .HostConfig.PortBindings}}')).toContain('"HostIp":"127.0.0.1"')
    const [found] = (await engine.containers([`${LABEL}=${NAME}`])).filter(({ name }) => name === one.name)
    expect(found).toMatchObject({ id, name: one.name, state: 'running', hostPorts: [port], labels: one.labels })
    expect(await engine.exec(one.name, ['sh', '-c', 'echo $COLOUR; touch /data/kept'])).toMatchObject({
      code: 0,
      stdout: 'blue=1\n',
    })
    expect(await engine.volumes(`${LABEL}=${NAME}`)).toEqual([`${NAME}-data`])
    const [net] = (await engine.networks()).filter(({ name }) => name === network)
    expect(net).toMatchObject({ labels: one.labels, subnets: [expect.stringMatching(/^\d+(\.\d+){3}\/\d+$/)] })

    // what holds others is not taken away
    expect(await problem(engine.removeNetwork(network))).toBe('conflict')
    expect(await problem(engine.removeVolume(`${NAME}-data`))).toBe('conflict')
    expect(await engine.removeContainer(one.name)).toBe(true)
    await engine.ensureContainer(one)
    expect(await engine.exec(one.name, ['ls', '/data'])).toMatchObject({ stdout: 'kept\n' })
    await engine.removeContainer(one.name)
    expect(await engine.removeNetwork(network)).toBe(true)
    expect(await engine.removeVolume(`${NAME}-data`)).toBe(true)
    expect([await engine.removeContainer(one.name), await engine.removeNetwork(network)]).toEqual([false, false])
    expect(await engine.removeVolume(`${NAME}-data`)).toBe(false)
  })

  test('starts what was stopped, and makes anew what was made and never started', async () => {
    const one = spec()
    await engine.ensureContainer(one)
    const id = inspect(one.name, '{{.Id}}')
    await engine.stopContainer(one.name, 0)
    await engine.stopContainer(one.name, 0)
    expect(inspect(one.name, '{{.State.Running}}')).toBe('false')
    await engine.ensureContainer(one)
    await engine.startContainer(one.name)
    expect(inspect(one.name, '{{.Id}} {{.State.Running}}')).toBe(`${id} true`)

    const two = spec()
    docker('create', '--name', two.name, '--label', `${LABEL}=${NAME}`, IMAGE, 'false')
    await engine.ensureContainer(two)
    expect(inspect(two.name, '{{.State.Running}}')).toBe('true')
  })

  test('a container or a volume of somebody else is let alone', async () => {
    const foreign = { [LABEL]: `${NAME}-other` }
    expect(await problem(engine.ensureContainer(spec({ name: SLEEPER, labels: foreign })))).toBe('conflict')
    docker('volume', 'create', '--label', `${LABEL}=${NAME}`, `${NAME}-theirs`)
    const volumes = { [`${NAME}-theirs`]: '/data' }
    expect(await problem(engine.ensureContainer(spec({ labels: foreign, volumes })))).toBe('conflict')
    expect(await engine.volumes(`${LABEL}=${NAME}`)).toEqual([`${NAME}-theirs`])
    await engine.removeVolume(`${NAME}-theirs`)
  })

  test('a port that is taken is said so by its number, and no container is left', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const one = spec({ ports: { 80: port } })
    try {
      await expect(engine.ensureContainer(one)).rejects.toThrow(`the port ${port} of ${one.name} is taken`)
      expect(await engine.removeContainer(one.name)).toBe(false)
      // what another container has
      const two = spec({ ports: { 80: await freePort() } })
      await engine.ensureContainer(two)
      const three = spec({ ports: two.ports })
      await expect(engine.ensureContainer(three)).rejects.toThrow(`the port ${two.ports[80]} of ${three.name} is taken`)
      expect(await engine.removeContainer(three.name)).toBe(false)
    } finally {
      server.close()
    }
  })

  test.each([
    ['an image that is not there', { image: 'nobody/nothing:1' }, 'image_unavailable'],
    ['a network that is not there', { network: `${NAME}-nowhere` }, 'not_found'],
  ])('%s is a Problem, and no container is left', async (_what, change, code) => {
    const one = spec(change)
    expect(await problem(engine.ensureContainer(one))).toBe(code)
    expect(await engine.removeContainer(one.name)).toBe(false)
  })

  test('runs a program with input, and gives both outputs and its exit code', async () => {
    const script = 'cat; echo bad >&2; exit 7'
    expect(await engine.exec(SLEEPER, ['sh', '-c', script], { stdin: 'grüße\n' })).toEqual({
      code: 7,
      stdout: 'grüße\n',
      stderr: 'bad\n',
    })
    expect(await engine.exec(SLEEPER, ['cat'])).toEqual({ code: 0, stdout: '', stderr: '' })
    const missing = await engine.exec(SLEEPER, ['no-such-program'])
    expect(missing.code).toBeGreaterThan(125)
    expect(missing.stdout + missing.stderr).toContain('no-such-program')
  })

  test('takes 64 MB of input, and a program that does not want them', async () => {
    const piece = new Uint8Array(1_000_000)
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 64; i += 1) yield piece
    }
    expect(await engine.exec(SLEEPER, ['wc', '-c'], { stdin: bytes() })).toMatchObject({
      stdout: '64000000\n',
      code: 0,
    })
    const deaf = ['sh', '-c', 'echo enough >&2; exit 3']
    expect(await engine.exec(SLEEPER, deaf, { stdin: bytes() })).toEqual({ code: 3, stdout: '', stderr: 'enough\n' })
  })

  test('a program that closes its output is waited for', async () => {
    const script = 'exec >&- 2>&-; sleep 0.3; exit 5'
    expect(await engine.exec(SLEEPER, ['sh', '-c', script])).toEqual({ code: 5, stdout: '', stderr: '' })
  })

  test('an input that fails, and one that never comes', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10)
      await sleep(10)
      throw new Error('the disk is broken')
    }
    await expect(engine.exec(SLEEPER, ['cat'], { stdin: broken() })).rejects.toThrow('the disk is broken')
    async function* never(): AsyncGenerator<Uint8Array> {
      await new Promise(() => undefined)
      yield new Uint8Array(1)
    }
    expect(await engine.exec(SLEEPER, ['true'], { stdin: never() })).toMatchObject({ code: 0 })
    const stop = AbortSignal.timeout(300)
    await expect(engine.exec(SLEEPER, ['cat'], { stdin: never(), signal: stop })).rejects.toThrow(/timeout/i)
    await expect(engine.exec(SLEEPER, ['sleep', '100'], { signal: AbortSignal.timeout(300) })).rejects.toThrow(
      /timeout/i,
    )
  })

  test('a container that is gone or stopped is told by name', async () => {
    const one = spec()
    expect(await problem(engine.exec(one.name, ['true']))).toBe('not_found')
    expect(await problem(engine.startContainer(one.name))).toBe('not_found')
    expect(await problem(engine.stopContainer(one.name, 0))).toBe('not_found')
    expect(await problem(engine.use(one.name))).toBe('not_found')
    await engine.ensureContainer(one)
    await engine.stopContainer(one.name, 0)
    expect(await problem(engine.exec(one.name, ['true']))).toBe('conflict')
    expect(await engine.use(one.name)).toEqual({ cpu: 0, memoryBytes: 0, memoryLimitBytes: 0 })
  })

  test('saves images as one archive that an engine can load', async () => {
    docker('tag', IMAGE, OTHER)
    const pieces: Uint8Array[] = []
    for await (const piece of await engine.save([IMAGE, OTHER])) pieces.push(piece)
    const tar = Buffer.concat(pieces)
    async function* again(): AsyncGenerator<Uint8Array> {
      yield tar
    }
    const { stdout } = await engine.exec(SLEEPER, ['tar', '-xOf', '-', 'manifest.json'], { stdin: again() })
    expect(JSON.stringify(JSON.parse(stdout))).toContain(OTHER)
    expect(await problem(engine.save(['nobody/nothing:1']))).toBe('image_unavailable')
    await expect(engine.save([IMAGE], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })

  test('measures what a container uses', async () => {
    docker('exec', '--detach', SLEEPER, 'timeout', '20', 'sh', '-c', 'while :; do :; done')
    const use = await engine.use(SLEEPER)
    expect(use.cpu).toBeGreaterThan(0.1)
    expect(use.cpu).toBeLessThan(4)
    expect(use.memoryBytes).toBeGreaterThan(10_000)
    expect(use.memoryLimitBytes).toBeGreaterThan(use.memoryBytes)
  })

  test('an engine that is nowhere is a Problem of every call', async () => {
    const away = openClusterEngine({ engine: openDockerEngine({ host: () => 'tcp://127.0.0.1:9' }) })
    for (const call of [away.facts(), away.containers([]), away.exec('x', ['true']), away.save(['x'])]) {
      expect(await problem(call)).toBe('engine_unavailable')
    }
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return typeof address === 'object' && address !== null ? address.port : 0
}
