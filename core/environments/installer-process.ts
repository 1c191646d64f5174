import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { systemCode } from '#core/store/index.ts'

/** Told every line that an installer writes. */
export type OnLine = (text: string) => void

/** How an installer is run. */
type InstallerOptions = {
  /** The whole environment of the process. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
  readonly onLine?: OnLine | undefined
}

/** How an installer ended: `output` holds the last lines of both streams as they came, `stdout` all of one. */
export type InstallerResult = { readonly exitCode: number; readonly stdout: string; readonly output: string }

const KEPT_LINES = 200

/**
 * Runs the command and watches stdin, which is a pipe from this process: when this process dies, even by SIGKILL, the
 * pipe ends and the whole group is killed, so that no installer goes on writing into a folder that nobody guards.
 */
const SUPERVISOR = `exec 3<&0
( read -r _ <&3; kill -KILL 0 ) &
"$@" </dev/null 3<&-
code=$?
exec 2>/dev/null
kill -KILL $!
exit $code`

/**
 * Runs an installer to its end, in the root folder so that no project file around it is picked up. When the signal
 * aborts, everything it started is killed, and the promise rejects with the signal's reason once it is gone.
 */
export async function runInstaller(command: readonly string[], options: InstallerOptions): Promise<InstallerResult> {
  options.signal?.throwIfAborted()
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', ...command], {
    cwd: '/',
    env: { ...options.variables },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const kill = () => {
    killGroup(child.pid)
  }
  options.signal?.addEventListener('abort', kill, { once: true })
  try {
    const stdout: string[] = []
    const output: string[] = []
    const keep = (raw: string) => {
      const text = redact(raw)
      options.onLine?.(text)
      output.push(text)
      if (output.length > KEPT_LINES) output.shift()
    }
    const [exitCode] = await Promise.all([
      ended(child),
      eachLine(child.stdout, (line) => {
        stdout.push(line)
        keep(line)
      }),
      eachLine(child.stderr, keep),
    ])
    options.signal?.throwIfAborted()
    return { exitCode, stdout: stdout.join('\n'), output: output.join('\n') }
  } finally {
    options.signal?.removeEventListener('abort', kill)
    child.stdin.destroy()
  }
}

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve(code ?? -1)
    })
  })
}

async function eachLine(stream: Readable, use: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) use(line)
}

/** Passwords in index addresses never reach a log. */
function redact(line: string): string {
  return line.replaceAll(/\/\/[^/\s@]+@/g, '//***@')
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // the group has just ended by itself
    if (systemCode(error) !== 'ESRCH') throw error
  }
}
