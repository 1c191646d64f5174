import { createHmac, randomBytes } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Problem, problemFromJson, type ProblemJson } from '#core/base/problem.ts'
import { createClient, type Client } from '#core/client/index.ts'
import { Address, Health } from '#core/contract/http.ts'

const READY_MS = 15_000
const POLL_MS = 20
const HEALTH_MS = 2_000
const IDLE_EXIT = '5m'

/** A core that answers. */
export type RunningCore = {
  readonly url: string
  readonly token: string
  readonly version: string
  readonly pid: number
}

/** A client of the core of a data folder, which is started where none runs. Throws Problem `core_unreachable`, or the core's own. */
export async function connect(home: string): Promise<Client> {
  return clientOf(await ensureCore(home), home)
}

/**
 * A client of a core that answers. A token that was renewed since is read again from its file, once for each request that
 * the core refuses, and told only to a core that knows it.
 */
export function clientOf(core: RunningCore, home: string): Client {
  let { token } = core
  return createClient({
    url: core.url,
    get token() {
      return token
    },
    fetch: async (input, init) => {
      const sent = token
      const response = await fetch(input, init)
      if (response.status !== 401) return response
      const now = await findCore(home)
      if (now === undefined || now.url !== core.url || now.token === sent) return response
      token = now.token
      await response.body?.cancel()
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${token}`)
      return fetch(input, { ...init, headers })
    },
  })
}

/** Whether no core serves a data folder any more; one that is too busy to answer is still there. */
export async function isCoreGone(home: string): Promise<boolean> {
  const address = await readAddress(home)
  return address === undefined || (await probe(address.url, await tokenOf(home))) === 'gone'
}

/** The core of a data folder if one answers. */
export async function findCore(home: string): Promise<RunningCore | undefined> {
  const address = await readAddress(home)
  const token = await tokenOf(home)
  if (address === undefined || token === '') return undefined
  if ((await probe(address.url, token)) !== 'ready') return undefined
  return { url: address.url, token, version: address.version, pid: address.pid }
}

/** The core of a data folder, started in the background where none answers. Many may ask at once: one core is the result. */
export async function ensureCore(home: string): Promise<RunningCore> {
  const deadline = Date.now() + READY_MS
  let launched: Launched | undefined
  while (Date.now() < deadline) {
    const core = await findCore(home)
    if (core !== undefined) return core
    if (launched === undefined) launched = launch(home)
    else if (launched.ended()) {
      const problem = await launched.problem()
      // Another one holds the folder: it is about to be ready, or about to be gone.
      if (problem.code !== 'home_in_use') throw problem
      launched = undefined
      await delay(POLL_MS * 5)
    }
    await delay(POLL_MS)
  }
  throw new Problem(
    'core_unreachable',
    `the core did not become ready within ${READY_MS / 1000} s: see ${outputFile(home)} for what it said`,
  )
}

type Launched = { ended(): boolean; problem(): Promise<Problem> }

function launch(home: string): Launched {
  const { fd, offset } = openOutput(home)
  const script = fileURLToPath(new URL('./minisub.js', import.meta.url))
  const args = [script, 'serve', '--idle-exit', IDLE_EXIT, '--json', '--home', home]
  const child: ChildProcess = spawn(process.execPath, args, { detached: true, stdio: ['ignore', fd, fd], cwd: home })
  closeSync(fd)
  let failure: Error | undefined
  let exited = false
  child.once('error', (error) => (failure = error))
  child.once('exit', () => (exited = true))
  child.unref()
  return {
    ended: () => exited || failure !== undefined,
    problem: async () => startProblem(home, offset, failure),
  }
}

/** What a core that ended before it was ready said about it. */
async function startProblem(home: string, offset: number, failure: Error | undefined): Promise<Problem> {
  const said = (await readFile(outputFile(home))).subarray(offset).toString('utf8')
  const problems = said.split('\n').flatMap((line) => (line.startsWith('{"error":') ? [problemOfLine(line)] : []))
  const last = problems.at(-1)
  if (last !== undefined) return last
  const details = failure?.message ?? said.trim()
  return new Problem('core_unreachable', `the core ended before it was ready: see ${outputFile(home)}`, { details })
}

function problemOfLine(line: string): Problem {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own core wrote the line
  return problemFromJson((JSON.parse(line) as { error: ProblemJson }).error)
}

function openOutput(home: string): { fd: number; offset: number } {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    const fd = openSync(outputFile(home), 'a', 0o600)
    return { fd, offset: fstatSync(fd).size }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Problem(
      'home_unwritable',
      `the data folder ${home} cannot be written (${why}): make it writable or name another with --home`,
      { cause },
    )
  }
}

function outputFile(home: string): string {
  return join(home, 'core.out')
}

/** What is at an address. Only who can prove that it knows our token is a core of ours, and is ever told the token. */
async function probe(url: string, token: string): Promise<'ready' | 'busy' | 'gone'> {
  const challenge = randomBytes(32).toString('hex')
  try {
    const response = await fetch(`${url}/health?challenge=${challenge}`, { signal: AbortSignal.timeout(HEALTH_MS) })
    const health = Health.safeParse(await response.json()).data
    const proof = createHmac('sha256', token).update(`health ${challenge}`).digest('hex')
    if (health?.proof !== proof) return 'gone'
    return health.status === 'ready' ? 'ready' : 'busy'
  } catch (error) {
    // Late means busy; all else that fetch throws means that nobody is there, or somebody who is not a core.
    return error instanceof Error && error.name === 'TimeoutError' ? 'busy' : 'gone'
  }
}

/** What the last core wrote about itself; undefined where it has closed since, or the file is none of ours. */
async function readAddress(home: string): Promise<(Address & { readonly pid: number }) | undefined> {
  const text = await readIfThere(join(home, 'address.json'))
  if (text === undefined) return undefined
  try {
    const address = Address.safeParse(JSON.parse(text)).data
    return address === undefined || address.pid === null ? undefined : { ...address, pid: address.pid }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function tokenOf(home: string): Promise<string> {
  return (await readIfThere(join(home, 'token')))?.trim() ?? ''
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'ENOTDIR'].includes(String(error.code)))
      return undefined
    throw error
  }
}
