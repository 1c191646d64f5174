import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ResolvedCommand } from './command.ts'

/**
 * The POSIX sh program around every command. It is a session leader, forks nothing but the command, and takes
 * `<claim file> <start time> [cgroup.procs …] -- <program> <argument>…`; fd 3 is the command's stderr, its own is void,
 * since a shell prints "Terminated" and the like there (in the redirection of a plain command, hence the subshell).
 * Caught signals are default again in the command, so a stop ends the command and leaves the supervisor to write the
 * exit code. `kill -9 0` at the end takes along whatever the command left in its process group.
 */
const SCRIPT = `trap : HUP INT QUIT TERM USR1 USR2 ALRM
unset PWD OLDPWD SHLVL
set -C
echo "$$ $2" > "$1" || exit 0
f=$1
shift 2
while [ "$1" != -- ]
do echo 0 >| "$1" || echo "minisub: a limit is not enforced: $1 cannot be written" >&3
shift
done
shift
(exec "$@" 2>&3 3>&-)
c=$?
until { times && echo "exit $c"; } >> "$f"
do [ -d "\${f%/*}" ] || break
sleep 1
done
kill -9 0`

/** Holds `<pid> <start time>` of the supervisor, at the end also CPU times and exit code: one file, since each one costs. */
const CLAIM = 'process'
const VOID = 'void\n'
/** A part's folder may hold at most so many claims that were made void; more would be a loop. */
const MOST_CLAIMS = 1000

/** Who has the right to start the command of a part: the one that created the claim file. */
export type Claim =
  /** Nobody yet; `path` is the file to create. `voided` tells that an earlier right was taken away. */
  | { readonly holder: 'nobody'; readonly path: string; readonly voided: boolean }
  /** A supervisor that has created the file and has not yet written into it. Times are epoch milliseconds. */
  | { readonly holder: 'unknown'; readonly path: string; readonly since: number }
  | { readonly holder: 'supervisor'; readonly path: string; readonly pid: number; readonly since: number }

/** Reads the claim of a part's folder. Void claims are passed over: the next one has another name. */
export function readClaim(folder: string): Claim {
  for (let number = 0; number < MOST_CLAIMS; number += 1) {
    const path = join(folder, number === 0 ? CLAIM : `${CLAIM}.${number}`)
    const file = readSmall(path)
    if (file === undefined) return { holder: 'nobody', path, voided: number > 0 }
    if (file.text === VOID) continue
    const match = /^(\d+) (\d+)\n/.exec(file.text)
    if (match === null) return { holder: 'unknown', path, since: file.modified }
    return { holder: 'supervisor', path, pid: Number(match[1]), since: Number(match[2]) }
  }
  throw new Error(`${folder} holds ${MOST_CLAIMS} void claims`)
}

/** The claim file of a folder that nobody used before, without a look into it; undefined where one exists. */
export function freshClaim(folder: string): string | undefined {
  const path = join(folder, CLAIM)
  return existsSync(path) ? undefined : path
}

/** Takes the right to start away from everybody. False where a supervisor was quicker. */
export function makeVoid(claimPath: string): boolean {
  let file: number
  mkdirSync(dirname(claimPath), { recursive: true })
  try {
    file = openSync(claimPath, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
  writeSync(file, VOID)
  closeSync(file)
  return true
}

/** What the supervisor wrote about the end of the command. */
export type ExitRecord = { readonly exitCode: number; readonly cpuSeconds: number; readonly finishedAt: number }

/** Reads the end of a claim file; undefined until its last line is there in full. */
export function readExit(claimPath: string): ExitRecord | undefined {
  const file = readSmall(claimPath)
  if (file === undefined) return undefined
  const match = /\n(\d+)m([\d.,]+)s (\d+)m([\d.,]+)s\s+exit (\d+)\n$/.exec(file.text)
  if (match === null) return undefined
  const [, userMinutes, user = '', systemMinutes, system = '', code] = match
  const minutes = Number(userMinutes) + Number(systemMinutes)
  const seconds = Number(user.replace(',', '.')) + Number(system.replace(',', '.'))
  return { exitCode: Number(code), cpuSeconds: minutes * 60 + seconds, finishedAt: file.modified }
}

export type SupervisorOptions = {
  /** Epoch milliseconds, for the claim file. */
  readonly startedAt: number
  readonly claimPath: string
  readonly command: ResolvedCommand
  readonly workingFolder: string
  /** Files `cgroup.procs` of the groups that the command runs in. */
  readonly groups: readonly string[]
  /** File descriptors: /dev/null, and the raw logs. */
  readonly files: { readonly null: number; readonly stdout: number; readonly stderr: number }
}

/** Starts a supervisor in a session of its own. It does not hold this process; a failure comes as its `error` event. */
export function spawnSupervisor(options: SupervisorOptions): ChildProcess {
  const { claimPath, command, files, groups } = options
  const start = String(options.startedAt)
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'minisub', claimPath, start, ...groups, '--', ...command.argv], {
    cwd: options.workingFolder,
    env: command.env,
    detached: true,
    stdio: [files.null, files.stdout, files.null, files.stderr],
  })
  child.unref()
  return child
}

const small = Buffer.allocUnsafe(4096)

/** Content and time of change of a file of at most 4 KiB, with as few calls as can be; undefined where it is missing. */
function readSmall(path: string): { text: string; modified: number } | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    const length = readSync(file, small, 0, small.length, 0)
    return { text: small.toString('latin1', 0, length), modified: Math.floor(fstatSync(file).mtimeMs) }
  } finally {
    closeSync(file)
  }
}
