import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

/** Variables of a process, as `process.env` holds them. */
export type Variables = Readonly<Record<string, string | undefined>>

/** How uv is started so that it uses what pip is set up to use. */
type UvSettings = { readonly variables: Record<string, string | undefined>; readonly flags: readonly string[] }

/** Would turn Python, pip or uv away from the folder that they are told, or hide their hashes. */
const MISLEADING = [
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'PYTHONDONTWRITEBYTECODE',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'PIP_TARGET',
  'PIP_PREFIX',
  'PIP_ROOT',
  'PIP_USER',
  'PIP_REQUIRE_VIRTUALENV',
  'PIP_REQUIREMENT',
  'PIP_CONSTRAINT',
  'UV_PYTHON',
  'UV_SYSTEM_PYTHON',
  'UV_PROJECT',
  'UV_PROJECT_ENVIRONMENT',
  'UV_WORKING_DIR',
  'UV_NO_VERIFY_HASHES',
]

/** The variables without those that lead a Python astray. */
export function withoutPythonVariables(variables: Variables): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !MISLEADING.includes(name)))
}

/** Variables for pip: what the person has set, in plain lines and without questions. */
export function pipVariables(variables: Variables): Record<string, string | undefined> {
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_NO_COLOR: '1', PIP_PROGRESS_BAR: 'off' }
  return { ...withoutPythonVariables(variables), ...quiet, PIP_ROOT_USER_ACTION: 'ignore', NO_COLOR: '1' }
}

/**
 * uv does not read pip's configuration, so whoever has set up pip (files or PIP_ variables) would have to do it again:
 * index, extra indexes, links, certificates, proxy, timeout and trusted hosts are handed on. What is set for uv itself
 * wins.
 */
export async function uvSettings(python: string, variables: Variables): Promise<UvSettings> {
  const pip = await pipOptions(python, variables)
  const own = {
    ...indexVariables(pip, variables),
    ...transportVariables(pip, variables),
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
    NO_COLOR: '1',
  }
  const flags = /^(1|true|yes|on)$/i.test(pip.get('no-index') ?? '') ? ['--no-index'] : []
  return { variables: { ...withoutPythonVariables(variables), ...own }, flags }
}

function indexVariables(pip: ReadonlyMap<string, string>, set: Variables): Record<string, string> {
  const result: Record<string, string> = {}
  const index = pip.get('index-url')
  if (index !== undefined && !isSet(set, 'UV_DEFAULT_INDEX', 'UV_INDEX_URL')) result['UV_DEFAULT_INDEX'] = index
  const extra = words(pip.get('extra-index-url'))
  if (extra.length > 0 && !isSet(set, 'UV_INDEX', 'UV_EXTRA_INDEX_URL')) {
    result['UV_INDEX'] = extra.join(' ')
    // as pip does: the best version of all indexes; uv alone would stop at the first index that knows the name
    if (!isSet(set, 'UV_INDEX_STRATEGY')) result['UV_INDEX_STRATEGY'] = 'unsafe-best-match'
  }
  // pip passes over a folder that is not there, uv ends at it
  const links = words(pip.get('find-links')).filter((link) => link.includes('://') || existsSync(link))
  if (links.length > 0 && !isSet(set, 'UV_FIND_LINKS')) result['UV_FIND_LINKS'] = links.join(',')
  return result
}

function transportVariables(pip: ReadonlyMap<string, string>, set: Variables): Record<string, string> {
  const result: Record<string, string> = {}
  const pass = (option: string, variable: string) => {
    const value = pip.get(option)
    if (value !== undefined && !isSet(set, variable)) result[variable] = value
  }
  pass('cert', 'SSL_CERT_FILE')
  pass('client-cert', 'SSL_CLIENT_CERT')
  pass('default-timeout', 'UV_HTTP_TIMEOUT')
  pass('timeout', 'UV_HTTP_TIMEOUT')
  const hosts = words(pip.get('trusted-host'))
  if (hosts.length > 0 && !isSet(set, 'UV_INSECURE_HOST')) result['UV_INSECURE_HOST'] = hosts.join(' ')
  const proxy = pip.get('proxy')
  if (proxy !== undefined && proxy !== '') {
    const address = proxy.includes('://') ? proxy : `http://${proxy}`
    return { ...result, HTTP_PROXY: address, HTTPS_PROXY: address }
  }
  return result
}

function isSet(variables: Variables, ...names: string[]): boolean {
  return names.some((name) => (variables[name] ?? '') !== '')
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '')
}

/** pip's options by name, such as `index-url`: variables before the section `install` before the section `global`. */
async function pipOptions(python: string, variables: Variables): Promise<Map<string, string>> {
  const configured = parsePipConfig(await pipConfigList(python, variables))
  const fromVariables = Object.entries(variables)
    .filter(([name, value]) => name.startsWith('PIP_') && value !== undefined && value !== '')
    .map(([name, value]) => [name.slice('PIP_'.length).toLowerCase().replaceAll('_', '-'), value ?? ''] as const)
  return new Map([...configured, ...fromVariables])
}

/** Reads what `pip config list` prints: `section.option='value'`, the value as Python writes a string. */
export function parsePipConfig(text: string): Map<string, string> {
  const read = (section: string) =>
    text.split('\n').flatMap((line) => {
      const match = /^([a-z]+)\.([a-z-]+)=(['"])(.*)\3$/.exec(line)
      return match?.[1] === section ? [[match[2] ?? '', unescape(match[4] ?? '')] as const] : []
    })
  return new Map([...read('global'), ...read('install')])
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_whole, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter)
}

async function pipConfigList(python: string, variables: Variables): Promise<string> {
  try {
    const options = { cwd: '/', timeout: 30_000, env: pipVariables(variables) }
    return (await promisify(execFile)(python, ['-m', 'pip', 'config', 'list'], options)).stdout
  } catch {
    // a Python without pip has no configuration of pip to hand on
    return ''
  }
}
