import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import Dockerode from 'dockerode'
import { pack } from 'tar-stream'
import { engineMessages } from '#core/runtimes/docker/images-json-lines.ts'

/** A registry of images in a container of its own, on this machine; it and what it was given go at the end. */
export type Registry = AsyncDisposable & {
  /** `localhost:<port>`. */
  readonly host: string
  /** Pushes an image of the engine under a name such as `team/image:1`; resolves to the whole name. */
  push(image: string, name: string): Promise<string>
  /** Puts an index under a name, of one image under the platforms that are given; resolves to the whole name. */
  index(name: string, of: string, platforms: readonly string[]): Promise<string>
}

const REGISTRY = 'registry:2'
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json'

/** Who a registry with a login lets in. */
export const REGISTRY_LOGIN = { username: 'ada', password: 'push-secret' } as const
const HTPASSWD = 'ada:$2b$04$.uuNSJ.2gDzy3wgJUByhauFOCELJXvf3cacfSBFCp9W7zIV3x27We'
const AUTH = ['REGISTRY_AUTH=htpasswd', 'REGISTRY_AUTH_HTPASSWD_REALM=test', 'REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd']

/** Starts a registry, with `login` one that lets only REGISTRY_LOGIN in. The engine must have the image `registry:2`. */
export async function startRegistry(label: string, { login = false } = {}): Promise<Registry> {
  const docker = new Dockerode()
  const container = await docker.createContainer({
    Image: REGISTRY,
    Labels: { [label]: 'registry' },
    Env: login ? AUTH : [],
    ExposedPorts: { '5000/tcp': {} },
    HostConfig: { PortBindings: { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] } },
  })
  if (login) await container.putArchive(fileTar('htpasswd', HTPASSWD), { path: '/' })
  await container.start()
  const port = (await container.inspect()).NetworkSettings.Ports['5000/tcp']?.[0]?.HostPort
  const host = `localhost:${port ?? ''}`
  const names: string[] = []
  await untilReady(host)
  return {
    host,
    async push(image, name) {
      const whole = `${host}/${name}`
      const [repo, tag] = splitTag(whole)
      await docker.getImage(image).tag({ repo, tag })
      names.push(whole)
      const stream = await docker.getImage(whole).push({ authconfig: { base64: 'e30=' } })
      for await (const { error } of engineMessages(stream)) if (error !== undefined) throw new Error(error)
      return whole
    },
    index: (name, of, platforms) => putIndex(host, name, { of, platforms }),
    async [Symbol.asyncDispose]() {
      for (const name of names) await docker.getImage(name).remove().catch(ignoreMissing)
      await container.remove({ force: true, v: true })
    },
  }
}

function fileTar(name: string, content: string): NodeJS.ReadableStream {
  const archive = pack()
  archive.entry({ name }, content)
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}

function splitTag(name: string): [string, string] {
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? [name.slice(0, colon), name.slice(colon + 1)] : [name, 'latest']
}

function ignoreMissing(error: unknown): void {
  if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return
  throw error
}

async function untilReady(host: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined)
    if (answer?.ok === true || answer?.status === 401) return
    await sleep(100)
  }
  throw new Error(`the registry at ${host} does not answer`)
}

type Wanted = { readonly of: string; readonly platforms: readonly string[] }

async function putIndex(host: string, name: string, { of, platforms }: Wanted): Promise<string> {
  const [path, tag] = splitTag(`${host}/${name}`)
  const [source, from] = splitTag(of)
  const url = (whole: string, rest: string) => `http://${host}/v2/${whole.slice(host.length + 1)}/manifests/${rest}`
  const manifest = await (await fetch(url(source, from), { headers: { accept: MANIFEST } })).text()
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`
  const entries = platforms.map((platform) => {
    const [os = '', architecture = '', variant] = platform.split('/')
    return { mediaType: MANIFEST, size: manifest.length, digest, platform: { os, architecture, variant } }
  })
  const annotations = { unique: randomBytes(4).toString('hex') }
  const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: entries, annotations })
  const put = await fetch(url(path, tag), { method: 'PUT', headers: { 'content-type': INDEX }, body })
  if (!put.ok) throw new Error(await put.text())
  return `${host}/${name}`
}
