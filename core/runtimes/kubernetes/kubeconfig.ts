import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import {
  KubeconfigShape,
  type ClusterEntry,
  type ContextEntry,
  type KubeconfigFile,
  type UserEntry,
} from './kubeconfig-shape.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** Several kubeconfig files as one: of each name the first file that has it counts. Paths in it are absolute. */
export type Kubeconfig = {
  readonly currentContext: string
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
}

/** The files that kubectl would read: those of KUBECONFIG, else `~/.kube/config`. Absolute; they need not exist. */
export function defaultKubeconfigPaths(variables: Variables = process.env): string[] {
  const named = (variables['KUBECONFIG'] ?? '').split(delimiter).filter((it) => it !== '')
  const home = variables['HOME'] ?? homedir()
  const paths = named.length > 0 ? named : [join(home, '.kube', 'config')]
  return [...new Set(paths.map((it) => resolve(it)))]
}

/**
 * Reads kubeconfig files and merges them as kubectl does; files that are not there count as empty. Throws Problem
 * `cluster_config` that names the file where one cannot be read or is malformed.
 */
export async function readKubeconfig(paths: readonly string[]): Promise<Kubeconfig> {
  const merged = {
    contexts: new Map<string, ContextEntry>(),
    clusters: new Map<string, ClusterEntry>(),
    users: new Map<string, UserEntry>(),
  }
  let currentContext = ''
  for (const path of paths) {
    const file = await readOne(path)
    if (file === undefined) continue
    if (currentContext === '') currentContext = file['current-context'] ?? ''
    const folder = dirname(path)
    for (const { name, context } of file.contexts ?? []) keepFirst(merged.contexts, name, context)
    for (const { name, cluster } of file.clusters ?? []) keepFirst(merged.clusters, name, placeCluster(cluster, folder))
    for (const { name, user } of file.users ?? []) keepFirst(merged.users, name, placeUser(user ?? {}, folder))
  }
  return { ...merged, currentContext }
}

function keepFirst<T>(map: Map<string, T>, name: string, value: T): void {
  if (!map.has(name)) map.set(name, value)
}

async function readOne(path: string): Promise<KubeconfigFile | undefined> {
  const text = await readText(path)
  return text === undefined ? undefined : parseKubeconfig(text, path)
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === undefined) throw error
    throw unusable(`${path} cannot be read (${code}): correct its path or its permissions`, error)
  }
}

/**
 * The content of one kubeconfig file. Throws Problem `cluster_config`; its message has places and names but nothing of the
 * text, which holds secrets.
 */
export function parseKubeconfig(text: string, path: string): KubeconfigFile {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error', intAsBigInt: true })
  const [fault] = document.errors
  if (fault !== undefined) {
    const line = text.slice(0, fault.pos[0]).split('\n').length
    throw unusable(`${path} is not valid YAML (line ${line}, ${fault.code}): correct it there`)
  }
  const parsed = KubeconfigShape.safeParse(plainOf(document, path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.join('.')
  throw unusable(`${path} is no kubeconfig (${place}: ${issue?.message ?? 'malformed'}): correct it there`)
}

function plainOf(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    throw unusable(`${path} is not valid YAML (its aliases cannot be resolved): correct it there`, error)
  }
}

function unusable(message: string, cause?: unknown): Problem {
  return new Problem('cluster_config', `the kubeconfig ${message}`, { cause })
}

function placeCluster(cluster: ClusterEntry, folder: string): ClusterEntry {
  return { ...cluster, 'certificate-authority': absolute(cluster['certificate-authority'], folder) }
}

function placeUser(user: UserEntry, folder: string): UserEntry {
  const { exec } = user
  return {
    ...user,
    tokenFile: absolute(user.tokenFile, folder),
    'client-certificate': absolute(user['client-certificate'], folder),
    'client-key': absolute(user['client-key'], folder),
    ...(exec?.command.includes('/') === true ? { exec: { ...exec, command: resolve(folder, exec.command) } } : {}),
  }
}

function absolute(path: string | null | undefined, folder: string): string | undefined {
  if (path === null || path === undefined || path === '') return undefined
  return isAbsolute(path) ? path : join(folder, path)
}
