import { spawn } from 'node:child_process'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import { pathWith, systemCode } from '#core/files/index.ts'
import type { Selected } from './contexts.ts'
import type { Variables } from './kubeconfig.ts'
import type { ExecEntry } from './kubeconfig-shape.ts'

/** A plugin may ask a person in a browser; nothing is waited for longer. */
const TIMEOUT_MS = 60_000
const MOST_OUTPUT = 1024 * 1024

/** What a credential plugin gave. */
export type ExecCredential = {
  readonly token?: string | undefined
  readonly clientCertificateData?: string | undefined
  readonly clientKeyData?: string | undefined
  /** Milliseconds since 1970; undefined where it is good until it is refused. */
  readonly expiresAt?: number | undefined
}

const Output = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
})

/**
 * Runs the credential plugin of a user. Throws Problem `cluster_config` where it cannot be run or answers nonsense,
 * `cluster_unauthorized` with its words where it fails. What it prints on stdout is in no message.
 */
export async function runExecPlugin(
  exec: ExecEntry,
  selected: Selected,
  variables: Variables,
): Promise<ExecCredential> {
  if (exec.interactiveMode === 'Always') {
    throw faulty(exec, selected, 'wants a terminal (interactiveMode: Always): set it to IfAvailable')
  }
  const { stdout, stderr, end } = await run(exec, await environmentOf(exec, selected, variables), (error) =>
    systemCode(error) === 'ENOENT'
      ? faulty(exec, selected, `was not found: ${exec.installHint?.trim() ?? 'install it, or name its whole path'}`)
      : faulty(exec, selected, `cannot be run (${systemCode(error) ?? String(error)})`),
  )
  if (end !== 0) {
    const words = `${end === 'timeout' ? `no end within ${TIMEOUT_MS / 1000} s` : `exit code ${end}`} ${stderr}`.trim()
    const message = `the credential plugin ${exec.command} of user ${selected.userName} failed (${words}): log in again`
    throw new Problem('cluster_unauthorized', message)
  }
  const parsed = Output.safeParse(jsonOf(stdout))
  if (!parsed.success) throw faulty(exec, selected, 'did not print an ExecCredential: check its version and arguments')
  const { expirationTimestamp, ...credential } = parsed.data.status
  const expiresAt = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : undefined
  return { ...credential, expiresAt }
}

function faulty(exec: ExecEntry, { userName }: Selected, words: string): Problem {
  return new Problem('cluster_config', `the credential plugin ${exec.command} of user ${userName} ${words}`)
}

/** Undefined for what is no JSON: the text may be a secret, so the parser's words about it are not wanted. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Environment = Record<string, string>

async function environmentOf(exec: ExecEntry, selected: Selected, variables: Variables): Promise<Environment> {
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]))
  const spec = { interactive: false, ...(exec.provideClusterInfo === true ? { cluster: clusterInfo(selected) } : {}) }
  const info = { kind: 'ExecCredential', apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1', spec }
  const all = { ...variables, ...own }
  const path = await pathWith(exec.command, all)
  const entries = Object.entries({ ...all, PATH: path, KUBERNETES_EXEC_INFO: JSON.stringify(info) })
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function clusterInfo({ cluster }: Selected): object {
  const config = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'] ?? undefined,
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] ?? undefined,
    'certificate-authority-data': cluster['certificate-authority-data'] ?? undefined,
    'proxy-url': cluster['proxy-url'] ?? undefined,
    config,
  }
}

type End = { readonly stdout: string; readonly stderr: string; readonly end: number | string }

async function run(exec: ExecEntry, env: Environment, asProblem: (error: unknown) => Problem): Promise<End> {
  const { promise, resolve, reject } = Promise.withResolvers<End>()
  const child = spawn(exec.command, exec.args ?? [], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < MOST_OUTPUT) texts[name] += text
    })
  }
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
    // what it started may hold the pipes open
    child.stdout.destroy()
    child.stderr.destroy()
  }, TIMEOUT_MS)
  child.once('error', (error) => reject(asProblem(error)))
  child.once('close', (code, signal) => {
    const end = isLate ? 'timeout' : (code ?? signal ?? 'unknown')
    resolve({ stdout: texts.stdout, stderr: texts.stderr.trim().slice(-500), end })
  })
  return promise.finally(() => clearTimeout(timer))
}
