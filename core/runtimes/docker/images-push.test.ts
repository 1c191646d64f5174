import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Dockerode from 'dockerode'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ImageEngine, ImageRegistries, PullProgress } from '#core/runtimes/images.ts'
import { REGISTRY_LOGIN, startRegistry, type Registry } from '#test/support/registry.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { openDockerEngine } from './engine.ts'
import { openDockerImages } from './images.ts'
import { openImageRegistries } from './images-registries.ts'

const LABEL = 'minisub.test.push'
const MARK = `${process.pid}-${Date.now()}`
const ABORTED = new Error('given up')

describeWithDocker('pushes of images', () => {
  const docker = new Dockerode()
  let images: ImageEngine
  let registries: ImageRegistries
  let open: Registry
  let closed: Registry
  let folder = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-push-'))
    process.env['DOCKER_CONFIG'] = folder
    const engine = openDockerEngine()
    images = openDockerImages({ engine })
    registries = openImageRegistries({ engine })
    open = await startRegistry(LABEL)
    closed = await startRegistry(LABEL, { login: true })
  })
  afterAll(async () => {
    await open[Symbol.asyncDispose]()
    await closed[Symbol.asyncDispose]()
    for (const { id } of await images.list(LABEL)) await docker.getImage(id).remove({ force: true })
    rmSync(folder, { recursive: true })
    delete process.env['DOCKER_CONFIG']
  })
  beforeEach(() => login())

  /** Writes what `docker login` would; nothing where no password is given. */
  const login = (password?: string): void => {
    const auth = Buffer.from(`${REGISTRY_LOGIN.username}:${password ?? ''}`).toString('base64')
    writeFileSync(join(folder, 'config.json'), JSON.stringify(password === undefined ? {} : auths(auth)))
  }
  const auths = (auth: string) => ({ auths: { [closed.host]: { auth } } })

  /** An image of layers of so many random megabytes each, under this name. */
  const build = (tag: string, ...megabytes: number[]) => {
    const layers = megabytes.map((size, n) => `RUN head -c ${size}000000 /dev/urandom > /file${n}`).join('\n')
    const text = `FROM busybox:1.35\nENV MARK=${MARK}\n${layers}\n`
    const options = { dockerfile: 'Dockerfile', tag, labels: { [LABEL]: tag }, args: {} }
    return images.build({ context: contextOf(text), ...options })
  }

  test('tell their bytes and the digest that the registry has them by; what it has is not sent again', async () => {
    const name = `${open.host}/team/told:1`
    await build(name, 20, 10)
    const seen: PullProgress[] = []
    const { digest } = await images.push(name, { onProgress: (progress) => void seen.push(progress) })
    expect(seen.at(-1)?.totalBytes).toBeGreaterThan(30_000_000)
    expect(seen.at(-1)?.doneBytes).toBe(seen.at(-1)?.totalBytes)
    expect(seen.every(({ doneBytes, totalBytes }) => doneBytes <= totalBytes)).toBe(true)
    const stored = await registries.read(name, 'linux/amd64')
    expect(stored).toMatchObject({ digest, platform: 'linux/amd64', env: { MARK }, labels: { [LABEL]: name } })
    expect(stored?.sizeBytes).toBeGreaterThan(30_000_000)
    const again: PullProgress[] = []
    expect(await images.push(name, { onProgress: (progress) => void again.push(progress) })).toEqual({ digest })
    expect(again).toEqual([])
  })

  test('of one image at once are harmless', async () => {
    const name = `${open.host}/team/twice:1`
    await build(name, 20)
    const other = openDockerImages({ engine: openDockerEngine() })
    const [one, two] = await Promise.all([images.push(name), other.push(name)])
    expect(one).toEqual(two)
    expect(await registries.read(name, 'linux/amd64')).toMatchObject(one)
  })

  test('go on when the registry fails once, and tell it when it fails always', async () => {
    await using once = await failing(open.host, 1)
    const name = `${once.host}/team/again:1`
    await build(name, 1)
    const pushed = await images.push(name)
    expect(await registries.read(name, 'linux/amd64')).toMatchObject(pushed)
    await using always = await failing(open.host, Number.POSITIVE_INFINITY)
    const other = `${always.host}/team/never:1`
    await build(other, 1)
    await expect(images.push(other)).rejects.toMatchObject({ code: 'registry_unreachable' })
    expect([once.failed(), always.failed()]).toEqual([1, 3])
  })

  test('that are given up stop at once, and the next goes on with the layers that are there', async () => {
    const name = `${open.host}/team/stopped:1`
    await build(name, 5, 200)
    const giveUp = new AbortController()
    const isSmallThere = ({ doneBytes }: PullProgress): boolean => doneBytes > 40_000_000
    const pushing = images.push(name, {
      signal: giveUp.signal,
      onProgress: (progress) => isSmallThere(progress) && giveUp.abort(ABORTED),
    })
    await expect(pushing).rejects.toBe(ABORTED)
    expect(await registries.read(name, 'linux/amd64')).toBeUndefined()
    const seen: PullProgress[] = []
    await images.push(name, { onProgress: (progress) => void seen.push(progress) })
    // busybox and the layer of 5 MB came with the first
    expect(seen.at(-1)?.totalBytes).toBeLessThan(203_000_000)
    expect(await registries.read(name, 'linux/amd64')).toBeDefined()
  })

  test('go by the login of Docker, and say where to log in without one', async () => {
    const name = `${closed.host}/team/private:1`
    await build(name, 1)
    const denied = {
      code: 'registry_denied',
      message: expect.stringContaining(`docker login ${closed.host}`) as string,
    }
    await expect(images.push(name)).rejects.toMatchObject(denied)
    expect(await registries.checkPush(`${closed.host}/team`)).toMatchObject({ push: denied })
    login('wrong')
    await expect(images.push(name)).rejects.toMatchObject(denied)
    expect(await registries.checkPush(`${closed.host}/team`)).toMatchObject({ push: denied })
    await expect(registries.read(name, 'linux/amd64')).rejects.toMatchObject({ code: 'image_login' })
    login(REGISTRY_LOGIN.password)
    expect(await registries.checkPush(`${closed.host}/team`)).toEqual({ push: 'ok' })
    const { digest } = await images.push(name)
    expect(await registries.read(name, 'linux/amd64')).toMatchObject({ digest })
  })

  test('of what is not here, or to where nobody answers, are told', async () => {
    await expect(images.push(`${open.host}/team/nothing:1`)).rejects.toMatchObject({ code: 'image_unavailable' })
    await build('localhost:9/team/far:1', 1)
    await expect(images.push('localhost:9/team/far:1')).rejects.toMatchObject({
      code: 'registry_unreachable',
      message: expect.stringContaining('localhost:9') as string,
    })
    const gone = openDockerImages({ engine: openDockerEngine({ host: () => 'tcp://127.0.0.1:9' }) })
    await expect(gone.push(`${open.host}/team/told:1`)).rejects.toMatchObject({ code: 'engine_unavailable' })
  })

  test('may be tried, which leaves nothing there', async () => {
    expect(await registries.checkPush(open.host)).toEqual({ push: 'ok' })
    expect(await registries.checkPush(`${open.host}/some/team`)).toEqual({ push: 'ok' })
    const { repositories } = (await (await fetch(`http://${open.host}/v2/_catalog`)).json()) as {
      repositories: string[]
    }
    expect(repositories.filter((name) => name.includes('minisub-env'))).toEqual([])
    expect(await registries.checkPush('localhost:9')).toMatchObject({ push: { code: 'registry_unreachable' } })
  })
})

async function* contextOf(dockerfile: string): AsyncGenerator<Uint8Array> {
  const tar = pack()
  tar.entry({ name: 'Dockerfile' }, dockerfile)
  tar.finalize()
  for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes
}

type Failing = AsyncDisposable & { readonly host: string; readonly failed: () => number }

/** A registry before another one, which answers the first manifests that come with 500. */
async function failing(host: string, times: number): Promise<Failing> {
  let failed = 0
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && request.url?.includes('/manifests/') === true && failed < times) {
      failed += 1
      request.resume()
      response.writeHead(500).end()
      return
    }
    const { method, url, headers } = request
    const sent = ask(
      `http://${host}${url ?? '/'}`,
      { ...(method === undefined ? {} : { method }), headers },
      (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers)),
    )
    sent.once('error', () => response.destroy())
    request.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    host: `127.0.0.1:${address.port}`,
    failed: () => failed,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
