import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Dockerode from 'dockerode'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuildOptions, ImageEngine, PullProgress } from '#core/runtimes/images.ts'
import { startRegistry, type Registry } from '#test/support/registry.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { openDockerEngine } from './engine.ts'
import { openDockerImages } from './images.ts'

const LABEL = 'minisub.test.images'
const BASE = 'busybox:1.35'
/** Bytes that no earlier test has left in the engine, and that do not shrink. */
const UNIQUE = `${process.pid}-${Date.now()}`

describeWithDocker('images of the engine', () => {
  const docker = new Dockerode()
  let images: ImageEngine
  let registry: Registry
  let folder = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-images-'))
    process.env['DOCKER_CONFIG'] = folder
    images = openDockerImages({ engine: openDockerEngine() })
    registry = await startRegistry(LABEL)
  })
  afterAll(async () => {
    await registry[Symbol.asyncDispose]()
    for (const { id } of await images.list(LABEL)) await docker.getImage(id).remove({ force: true })
    rmSync(folder, { recursive: true })
    delete process.env['DOCKER_CONFIG']
  })

  const build = (dockerfile: string, more: Partial<BuildOptions> & { tag: string }) =>
    images.build({
      context: contextOf({ Dockerfile: dockerfile }),
      dockerfile: 'Dockerfile',
      labels: { [LABEL]: more.tag },
      args: {},
      ...more,
    })

  test('are found by name and by id, with what a container of them gets', async () => {
    const image = await build(`FROM ${BASE}\nENV A=b=c D=\nUSER 12:34\n`, { tag: 'minisub-test:env' })
    expect(image).toMatchObject({ user: '12:34', env: { A: 'b=c', D: '' }, tags: ['minisub-test:env'] })
    expect(image.platform).toBe(await images.platform())
    expect(image.sizeBytes).toBeGreaterThan(1_000_000)
    expect(await images.find(image.id)).toEqual(image)
    expect(await images.find('minisub-test:env')).toEqual(image)
    expect(await images.find('minisub-test:nothing')).toBeUndefined()
    expect(await images.list(LABEL, 'minisub-test:env')).toEqual([image])
    expect(await images.list(LABEL, 'other')).toEqual([])
  })

  test('get a second name, and go with their last one', async () => {
    const image = await build(`FROM ${BASE}\nENV ONE=1\n`, { tag: 'minisub-test:one' })
    await images.tag(image.id, 'minisub-test:two')
    expect(await images.remove('minisub-test:one')).toBe(true)
    expect(await images.find(image.id)).toMatchObject({ tags: ['minisub-test:two'] })
    expect(await images.remove('minisub-test:two')).toBe(true)
    expect(await images.find(image.id)).toBeUndefined()
    expect(await images.remove('minisub-test:two')).toBe(false)
  })

  test('are looked for and removed by many at once, and none of them fails', async () => {
    const tags = [1, 2, 3, 4].map((n) => `minisub-test:many${n}`)
    for (const tag of tags) await build(`FROM ${BASE}\nENV MANY=${tag}\n`, { tag })
    const look = async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) await images.list(LABEL)
    }
    const ids = (await images.list(LABEL)).map(({ id }) => id)
    const removals = [...ids, ...ids].map((id) => images.remove(id))
    await Promise.all([look(), look(), ...removals])
    expect(await images.list(LABEL)).toEqual([])
  })

  test('that a container uses are not removed', async () => {
    await build(`FROM ${BASE}\nENV USED=1\n`, { tag: 'minisub-test:used' })
    const container = await docker.createContainer({ Image: 'minisub-test:used', Cmd: ['true'] })
    await expect(images.remove('minisub-test:used')).rejects.toMatchObject({ code: 'environment_in_use' })
    await container.remove()
    expect(await images.remove('minisub-test:used')).toBe(true)
  })

  test('are pulled with their bytes told, and known by the digest of the registry', async () => {
    const script = `head -c 30000000 /dev/urandom > /big; echo ${UNIQUE} > /unique`
    await build(`FROM ${BASE}\nRUN ${script}\n`, { tag: 'minisub-test:big' })
    const name = await registry.push('minisub-test:big', 'team/big:1')
    const resolved = await images.resolve(name)
    await images.remove(name)
    await images.remove('minisub-test:big')
    const seen: PullProgress[] = []
    const image = await images.pull(`${name.replace(/:1$/, '')}@${resolved.indexDigest}`, {
      onProgress: (progress) => seen.push(progress),
    })
    expect(image.repoDigests[0]).toContain(resolved.indexDigest)
    expect(seen.at(-1)?.totalBytes).toBeGreaterThan(30_000_000)
    expect(seen.at(-1)?.doneBytes).toBe(seen.at(-1)?.totalBytes)
    await docker.getImage(image.id).remove({ force: true })
  })

  test('are resolved to the index and each platform', async () => {
    const busybox = await registry.push(BASE, 'team/busybox:1')
    const one = await images.resolve(busybox)
    expect(one.platforms).toEqual({ 'linux/amd64': one.indexDigest })
    const name = await registry.index('team/busybox:all', busybox, ['linux/amd64', 'linux/arm64/v8'])
    const all = await images.resolve(name)
    expect(all.platforms).toEqual({ 'linux/amd64': one.indexDigest, 'linux/arm64': one.indexDigest })
    expect(all.indexDigest).not.toBe(one.indexDigest)
    expect(await images.resolve(`${registry.host}/team/busybox@${all.indexDigest}`)).toEqual(all)
  })

  test('for another platform are told with both names', async () => {
    const busybox = await registry.push(BASE, 'team/busybox:1')
    const name = await registry.index('team/busybox:arm', busybox, ['linux/arm64'])
    await expect(images.pull(name)).rejects.toMatchObject({
      code: 'image_platform',
      message: expect.stringMatching(/linux\/amd64/) as string,
    })
  })

  test.each(['team/nothing:1', 'team/busybox:nothing'])('that do not exist are told by name: %s', async (path) => {
    const name = `${registry.host}/${path}`
    const known = { code: 'image_unavailable', message: expect.stringContaining(name) as string }
    await expect(images.pull(name)).rejects.toMatchObject(known)
    await expect(images.resolve(name)).rejects.toMatchObject(known)
  })

  test.each(['Not A Name', '', 'a@sha256:1'])('%j is no name of one', async (name) => {
    await expect(images.pull(name)).rejects.toMatchObject({ code: 'image_unavailable' })
    await expect(images.resolve(name)).rejects.toMatchObject({ code: 'image_unavailable' })
  })

  test('of a registry that is not there are a matter of the network', async () => {
    const known = { code: 'network_unavailable', message: expect.stringContaining('localhost:9') as string }
    await expect(images.pull('localhost:9/x')).rejects.toMatchObject(known)
    await expect(images.resolve('localhost:9/x')).rejects.toMatchObject(known)
  })

  test('of a registry that wants a login say where to log in', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="private"', 'content-type': 'application/json' })
      response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const host = `localhost:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
    const known = { code: 'image_login', message: expect.stringContaining(`docker login ${host}`) as string }
    await expect(images.pull(`${host}/private:1`)).rejects.toMatchObject(known)
    await expect(images.resolve(`${host}/private:1`)).rejects.toMatchObject(known)
    await expect(build(`FROM ${host}/private:1\n`, { tag: 'minisub-test:private' })).rejects.toMatchObject(known)
    server.close()
    server.closeAllConnections()
  })

  test('that fail to build name the step and keep the log, without passwords', async () => {
    const lines: string[] = []
    const dockerfile = `FROM ${BASE}\nLABEL ${LABEL}=left\nRUN echo "größer at https://ada:secret@example.org"\nRUN echo before && exit 7\nRUN true\n`
    const failed = await build(dockerfile, { tag: 'minisub-test:bad', onLine: (line) => lines.push(line) }).catch(
      (error: unknown) => error,
    )
    expect(failed).toMatchObject({
      code: 'environment_failed',
      message: expect.stringMatching(/at step 4\/6 "RUN echo before && exit 7" .*code: 7/) as string,
      details: expect.stringContaining('größer at https://***@example.org') as string,
    })
    expect(lines).toContain('before')
    expect(lines.join('\n')).not.toContain('secret')
    expect(await images.find('minisub-test:bad')).toBeUndefined()
  })

  test.each([
    ['a Dockerfile that is none', 'FRUM nothing\n', 'environment_failed', /FRUM/i],
    ['a base image that does not exist', 'FROM HOST/team/nothing:9\n', 'image_unavailable', /team\/nothing:9/],
    ['a base image of a registry that is not there', 'FROM localhost:9/x\n', 'network_unavailable', /localhost:9/],
  ])('%s is told', async (_what, dockerfile, code, message) => {
    const text = dockerfile.replace('HOST', registry.host)
    await expect(build(text, { tag: 'minisub-test:none' })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test('that are given up while they build stop at once, and leave nothing that runs', async () => {
    const giveUp = new AbortController()
    const mark = `sleep 61${process.pid}`
    const began = Promise.withResolvers<void>()
    const building = build(`FROM ${BASE}\nLABEL ${LABEL}=left\nRUN echo begins && ${mark}\n`, {
      tag: 'minisub-test:slow',
      signal: giveUp.signal,
      onLine: (line) => line === 'begins' && began.resolve(),
    })
    await Promise.race([began.promise, building])
    const before = Date.now()
    giveUp.abort(new Error('given up'))
    await expect(building).rejects.toThrow('given up')
    expect(Date.now() - before).toBeLessThan(2_000)
    await expect.poll(async () => (await commands(docker)).filter((it) => it.includes(mark))).toEqual([])
    await sleep(100)
    expect(await images.find('minisub-test:slow')).toBeUndefined()
  })

  test('that are given up while they are pulled stop at once', async () => {
    const server = createServer((request, response) => {
      const isManifest = request.url?.includes('/manifests/') === true
      if (request.url === '/v2/') response.end('{}')
      else if (!isManifest) response.writeHead(404).end()
      else asked.resolve()
    })
    const asked = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const name = `localhost:${typeof address === 'object' ? (address?.port ?? 0) : 0}/slow:1`
    const giveUp = new AbortController()
    const pulling = images.pull(name, { signal: giveUp.signal })
    await Promise.race([asked.promise, pulling])
    giveUp.abort(new Error('given up'))
    await expect(pulling).rejects.toThrow('given up')
    server.close()
    server.closeAllConnections()
  })

  test('of an engine that is not there say so', async () => {
    const gone = openDockerImages({ engine: openDockerEngine({ host: () => 'tcp://127.0.0.1:9' }) })
    for (const call of [gone.platform(), gone.find('x'), gone.list('x'), gone.pull('x'), gone.resolve('x')]) {
      await expect(call).rejects.toMatchObject({ code: 'engine_unavailable' })
    }
  })
})

async function commands(docker: Dockerode): Promise<string[]> {
  return (await docker.listContainers({ all: true })).map(({ Command }) => Command)
}

async function* contextOf(files: Readonly<Record<string, string>>): AsyncGenerator<Uint8Array> {
  const tar = pack()
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text)
  tar.finalize()
  for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes
}
