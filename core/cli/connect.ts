import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { clientOf, findCore, type RunningCore } from '#core/attach/index.ts'
import { Problem, problemFromJson, type ProblemJson } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'

const READY_MS = 15_000
const POLL_MS = 20
const IDLE_EXIT = '5m'

/** A client of the core of a data folder, which is started where none runs. Throws Problem `core_unreachable`, or the core's own. */
export async function connect(home: string): Promise<Client> {
  return clientOf(await ensureCore(home), home)
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
