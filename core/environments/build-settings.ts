import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { Settings } from '#core/settings/index.ts'
import { uvSettings, type Variables } from './installer-settings.ts'

/** What a build of packages is told of the network: it reaches nothing but the stage that installs. */
export type PipHandover = {
  /** pip.conf of that stage. */
  readonly config: string
  /** Files beside it, by name: certificates, wheels of folders that the person's pip looks into. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Where the files of a build lie while it installs. */
export const BUILD_FOLDER = '/opt/minisub/build'

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'FTP_PROXY']

/** Usual places of the certificates of a machine. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** The proxies of this machine as build arguments that Docker knows, which it keeps out of the history. */
export function proxyArguments(settings: Pick<Settings, 'get'>, variables: Variables): Record<string, string> {
  if (!settings.get('docker.buildProxies')) return {}
  const names = PROXIES.flatMap((name) => [name, name.toLowerCase()])
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = variables[name] ?? ''
      return value === '' ? [] : [[name, value]]
    }),
  )
}

type Handing = {
  /** The Python of this machine whose pip is asked; undefined where there is none. */
  readonly python: string | undefined
  readonly variables: Variables
  readonly settings: Pick<Settings, 'get'>
  /** `name==version` of what will be installed. */
  readonly packages: readonly string[]
}

/** What pip and uv are set up with on this machine, as pip in a build needs it. Throws Problem `invalid_value`. */
export async function pipHandover({ python, variables, settings, packages }: Handing): Promise<PipHandover> {
  const { variables: uv, flags } = await uvSettings(python ?? 'python3', variables)
  const files = new Map<string, Uint8Array>()
  const links = words(uv['UV_FIND_LINKS'], /[\s,]+/)
  for (const link of links.filter(isLocal)) await takeWheels(localPath(link), packages, files)
  const bundle = certificates(settings, uv)
  if (bundle !== undefined) files.set('certificates.pem', bundle)
  const client = uv['SSL_CLIENT_CERT'] ?? ''
  if (client !== '') files.set('client.pem', readBundle(client, 'pip'))
  const noIndex = flags.includes('--no-index')
  return { config: pipConfig({ uv, links, files, noIndex, proxy: ownProxy(uv, variables) }), files }
}

type Told = {
  readonly uv: Variables
  readonly links: readonly string[]
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly noIndex: boolean
  readonly proxy: string
}

function pipConfig({ uv, links, files, noIndex, proxy }: Told): string {
  const hasWheels = [...files.keys()].some((name) => name.startsWith('links/'))
  const remote = [...links.filter((link) => !isLocal(link)), ...(hasWheels ? [`${BUILD_FOLDER}/links`] : [])]
  const lines = [
    ['disable-pip-version-check', 'true'],
    ['no-input', 'true'],
    ['progress-bar', 'off'],
    ['root-user-action', 'ignore'],
    ['index-url', unnamed(first(uv['UV_DEFAULT_INDEX'], uv['UV_INDEX_URL']))],
    ['extra-index-url', words(first(uv['UV_INDEX'], uv['UV_EXTRA_INDEX_URL']), /\s+/).map(unnamed).join('\n  ')],
    ['find-links', remote.join('\n  ')],
    ['no-index', noIndex ? 'true' : ''],
    ['trusted-host', words(uv['UV_INSECURE_HOST'], /\s+/).join('\n  ')],
    ['timeout', uv['UV_HTTP_TIMEOUT'] ?? ''],
    ['proxy', proxy],
    ['cert', files.has('certificates.pem') ? `${BUILD_FOLDER}/certificates.pem` : ''],
    ['client-cert', files.has('client.pem') ? `${BUILD_FOLDER}/client.pem` : ''],
  ].flatMap(([option = '', value = '']) => (value === '' ? [] : [`${option} = ${value}`]))
  return `[global]\n${lines.join('\n')}\n`
}

/** The bundle that the setting names; else the one that this machine's pip or uv was told of. */
function certificates(settings: Pick<Settings, 'get'>, uv: Variables): Uint8Array | undefined {
  const named = settings.get('docker.buildCertificates')
  const told = uv['SSL_CERT_FILE'] ?? ''
  if (named === 'host') {
    const path = [told, ...BUNDLES].find((it) => it !== '' && existsSync(it))
    if (path !== undefined) return readBundle(path, 'docker.buildCertificates')
    const fix = 'set it to the path of a PEM file'
    throw new Problem('invalid_value', `docker.buildCertificates is host, and this machine has no known bundle: ${fix}`)
  }
  if (named !== '') return readBundle(named, 'docker.buildCertificates')
  return told !== '' && existsSync(told) ? readBundle(told, 'pip') : undefined
}

function readBundle(path: string, setBy: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    const fix = `correct the path in the settings of ${setBy}`
    throw new Problem('invalid_value', `the certificates ${path} cannot be read (${systemCode(cause) ?? ''}): ${fix}`, {
      cause,
    })
  }
}

/** A proxy that pip alone is told of; those of the variables are a matter of the setting. */
function ownProxy(uv: Variables, variables: Variables): string {
  const proxy = uv['HTTPS_PROXY'] ?? ''
  return proxy === (variables['HTTPS_PROXY'] ?? '') ? '' : proxy
}

/** Files of a folder of wheels that may be of a locked package; hashes decide in the end. */
async function takeWheels(folder: string, packages: readonly string[], files: Map<string, Uint8Array>): Promise<void> {
  if (!existsSync(folder)) return
  const wanted = packages.map((it) => normalise(it.replace(/===?/, '-')))
  for (const name of await readdir(folder)) {
    const isWanted = wanted.some((it) => normalise(name).startsWith(it))
    if (isWanted && /\.(whl|tar\.gz|zip)$/.test(name)) files.set(`links/${name}`, readFileSync(join(folder, name)))
  }
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}

function isLocal(link: string): boolean {
  return link.startsWith('file:') || !link.includes('://')
}

function localPath(link: string): string {
  return link.startsWith('file:') ? fileURLToPath(link) : link
}

function words(text: string | undefined, separator: RegExp): string[] {
  return (text ?? '').split(separator).filter((word) => word !== '')
}

function first(...texts: (string | undefined)[]): string {
  return texts.find((text) => text !== undefined && text !== '') ?? ''
}

/** uv lets an index have a name before its address. */
function unnamed(index: string): string {
  return index.replace(/^[\w.-]+=(?=https?:)/, '')
}
