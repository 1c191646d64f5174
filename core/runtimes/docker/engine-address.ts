import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../../base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import { usualSockets } from './usual-sockets.ts'

/** Where an engine may listen, and who said so. */
export type EngineAddress = {
  /** Such as `the socket /var/run/docker.sock`; for people. */
  readonly text: string
  /** What named it: `DOCKER_HOST`, a context, a setting; undefined where it was found by looking. */
  readonly from: string | undefined
} & (
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined }
  | { readonly kind: 'ssh'; readonly user: string; readonly host: string; readonly port: number | undefined }
)

/** Files of a TLS client; `verify: false` takes any certificate of the server. */
export type TlsFiles = { readonly folder: string; readonly verify: boolean }

export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home folder. */
  readonly home: string
  readonly exists: (path: string) => boolean
}

const TLS_PORT = 2376
const PLAIN_PORT = 2375

export function theSurroundings(): Surroundings {
  return { env: process.env, home: homedir(), exists: existsSync }
}

/**
 * Where to look for an engine, best first: one place where it is named by the setting, by DOCKER_HOST or by the current
 * Docker context, else every socket of the usual ones that exists. Throws Problem `engine_unavailable` for an address
 * that cannot be read.
 */
export function findAddresses(setting: string | undefined, around: Surroundings): EngineAddress[] {
  if (setting !== undefined && setting !== '')
    return [parseAddress(setting, { from: 'the setting docker.host' }, around)]
  const host = around.env['DOCKER_HOST'] ?? ''
  if (host !== '') return [parseAddress(host, { from: 'DOCKER_HOST' }, around)]
  const context = currentContext(around)
  if (context !== undefined) return [contextAddress(context, around)]
  return usualSockets(around)
    .filter(around.exists)
    .map((path) => socketAddress(path, undefined))
}

function socketAddress(path: string, from: string | undefined): EngineAddress {
  return { kind: 'socket', path, from, text: `the socket ${path}` }
}

type Named = { readonly from: string; readonly tls?: TlsFiles | undefined }

function parseAddress(text: string, { from, tls }: Named, around: Surroundings): EngineAddress {
  if (text.startsWith('unix://')) return socketAddress(text.slice('unix://'.length), from)
  if (text.startsWith('npipe://')) return socketAddress(text.slice('npipe://'.length), from)
  if (text.startsWith('/')) return socketAddress(text, from)
  const url = URL.parse(text.includes('://') ? text : `tcp://${text}`)
  if (url === null || url.hostname === '') throw unreadable(text, from)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (url.protocol === 'ssh:') {
    const port = url.port === '' ? undefined : Number(url.port)
    return { kind: 'ssh', user: decodeURIComponent(url.username), host, port, from, text }
  }
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol)) throw unreadable(text, from)
  const files = tls ?? tlsOf(url, around)
  const port = url.port === '' ? (files === undefined ? PLAIN_PORT : TLS_PORT) : Number(url.port)
  return { kind: 'tcp', host, port, tls: files, from, text }
}

function unreadable(text: string, from: string): Problem {
  const wanted = 'unix:///path/of/the/socket, tcp://host:port or ssh://user@host'
  return new Problem('engine_unavailable', `${from} is ${JSON.stringify(text)}, which is no address: write ${wanted}`)
}

/** As the `docker` command does: TLS where DOCKER_TLS_VERIFY says anything, its files where DOCKER_CERT_PATH says. */
function tlsOf(url: URL, { env, home }: Surroundings): TlsFiles | undefined {
  const [verify, folder] = [env['DOCKER_TLS_VERIFY'] ?? '', env['DOCKER_CERT_PATH'] ?? '']
  const asked = verify !== '' || (env['DOCKER_TLS'] ?? '') !== ''
  if (!asked && url.protocol !== 'https:' && url.port !== String(TLS_PORT)) return undefined
  return { folder: folder === '' ? join(home, '.docker') : folder, verify: verify !== '' || !asked }
}

function configFolder({ env, home }: Surroundings): string {
  const folder = env['DOCKER_CONFIG'] ?? ''
  return folder === '' ? join(home, '.docker') : folder
}

function currentContext(around: Surroundings): string | undefined {
  const named = around.env['DOCKER_CONTEXT'] ?? ''
  const name = named === '' ? configuredContext(around) : named
  return name === '' || name === 'default' ? undefined : name
}

function configuredContext(around: Surroundings): string {
  const file = join(configFolder(around), 'config.json')
  const config: { currentContext?: unknown } = readJson(file) ?? {}
  return typeof config.currentContext === 'string' ? config.currentContext : ''
}

type ContextFile = {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } }
}

function contextAddress(name: string, around: Surroundings): EngineAddress {
  const id = createHash('sha256').update(name).digest('hex')
  const contexts = join(configFolder(around), 'contexts')
  const file: ContextFile = readJson(join(contexts, 'meta', id, 'meta.json')) ?? {}
  const endpoint = file.Endpoints?.docker
  const from = `the Docker context "${name}"`
  if (endpoint?.Host === undefined) {
    const fix = 'choose another with "docker context use NAME", or set docker.host'
    throw new Problem('engine_unavailable', `${from} is the current one, and it names no engine: ${fix}`)
  }
  const folder = join(contexts, 'tls', id, 'docker')
  const tls = existsSync(folder) ? { folder, verify: endpoint.SkipTLSVerify !== true } : undefined
  return parseAddress(endpoint.Host, { from, tls }, around)
}

/** What a JSON file of the `docker` command says; undefined where there is none or it is torn, as for that command. */
function readJson(file: string): object | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) !== undefined) return undefined
    throw error
  }
}
