import { randomBytes } from 'node:crypto'
import { lstatSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { PulledShell, PulledStep } from '#core/contract/pulled-step.ts'
import { programOnPath, replaceFile } from '#core/files/index.ts'
import type { ShellEngine } from '#core/shell-setup.ts'
import { say, type Context } from './context.ts'
import { runOnTerminal } from './run-on-terminal.ts'
import { plainText, shellWord } from './text.ts'

/** Where a pulled step lies in a container: as there. */
const ROOT = '/mini-submarine'

/** Throws Problem `usage` where there is no terminal for a shell. */
export function requireTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return
  throw new Problem('usage', '--shell needs a terminal, and this is none: call it from one, or leave out --shell')
}

/**
 * Runs a shell in the folder of a pulled step, in its image or with its environment first on PATH, and resolves to the exit
 * code of the shell. Variables are those of the step, secrets that are set here included. Throws Problem
 * `command_failed` where the shell cannot be started, and `secret_store`.
 */
export async function openPulledShell({ folder, facts, shell }: PulledStep, { home }: Context): Promise<number> {
  if (shell === null) throw new Error('no shell was asked for')
  const { secretsHere } = await import('#core/shell-setup.ts')
  const { values: secrets, missing } = await secretsHere(home, facts.secrets)
  for (const it of missing) say(`the secret ${it} is not set here: minisub secret set ${it.replace('/', ' ')}`)
  writeHistory(join(folder, '.history'))
  const at = shell.on === 'docker' ? ROOT : folder
  const command = await commandVariables(shell.command, { folder, at })
  say('./run.sh runs it in code/, where you may change what you like; exit leaves the shell')
  const env = { ...shell.env, ...command, HISTFILE: `${at}/.history` }
  if (shell.on === 'process') return inFolder(folder, { ...env, ...secrets })
  return inContainer({ folder, shell, env, secrets, network: facts.network, home })
}

/** A link that an earlier container has left there must not be written through, by the shell neither. */
function writeHistory(file: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there?.isFile() === true) return
  if (there !== undefined) unlinkSync(file)
  writeFileSync(file, './run.sh\n', { mode: 0o600, flag: 'wx' })
}

/** Systems take no variable of 128 KiB. */
const LONGEST_VARIABLE = 96 * 1024

type Places = { readonly folder: string; readonly at: string }

/** MINISUB_COMMAND, or where it is too long MINISUB_COMMAND_FILE, a file that holds it. Says which. */
export async function commandVariables(words: readonly string[], { folder, at }: Places): Promise<Variables> {
  const command = words.map(shellWord).join(' ')
  if (Buffer.byteLength(command) <= LONGEST_VARIABLE) {
    say(`the command is ${plainText(command)}`)
    return { MINISUB_COMMAND: command }
  }
  await replaceFile({ path: join(folder, 'command.txt'), mode: 0o600 }, `${command}\n`)
  say('the command is long: it is in command.txt')
  return { MINISUB_COMMAND_FILE: `${at}/command.txt` }
}

type Variables = Readonly<Record<string, string>>

function inFolder(folder: string, env: Variables): Promise<number> {
  return runOnTerminal(process.env['SHELL'] ?? '/bin/sh', [], { cwd: folder, env: { ...process.env, ...env } })
}

type InContainer = {
  readonly folder: string
  readonly shell: PulledShell
  readonly env: Variables
  /** Told to `docker` by its own variables: its arguments are seen by all. */
  readonly secrets: Variables
  readonly network: boolean
  readonly home: string
}

async function inContainer({ home, secrets, ...options }: InContainer): Promise<number> {
  if (programOnPath('docker') === undefined)
    throw new Problem(
      'command_failed',
      'a shell in a container needs the command docker: install it, or take --on process',
    )
  const { shellEngine } = await import('#core/shell-setup.ts')
  const { host, users, labels } = await shellEngine(home)
  const env = { ...process.env, ...secrets, ...(host === undefined ? {} : { DOCKER_HOST: host }) }
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const owner = { uid, gid }
  const args = dockerArguments({ ...options, secrets: Object.keys(secrets), owner, users, labels })
  if (!isRootImage(options.shell)) {
    const who = users === 'rootless' ? 'is root, which here is who runs the engine' : `has the id ${uid}`
    say(`the user of its image may not write here, so the shell ${who}; in the run it is another`)
  }
  return runOnTerminal('docker', args, { env, fix: 'see that docker runs in this terminal, or take --on process' })
}

/** What root has written in the container is given back to whom the folder belongs. */
const SHELL = `if command -v bash >/dev/null 2>&1; then bash; else sh; fi
code=$?
[ -z "$1" ] || chown -R "$1" ${ROOT} 2>/dev/null
exit $code`

type DockerOptions = Omit<InContainer, 'secrets' | 'home'> &
  Pick<ShellEngine, 'users' | 'labels'> & {
    readonly secrets: readonly string[]
    readonly owner: { readonly uid: number; readonly gid: number }
  }

/** The arguments of `docker` for a shell in the image of a step, with its folder at the place of there. */
export function dockerArguments({ folder, shell, env, secrets, network, ...options }: DockerOptions): string[] {
  const { user, backTo } = usersFor(shell, options)
  return [
    'run',
    '--rm',
    '--interactive',
    '--tty',
    `--name=minisub-shell-${randomBytes(4).toString('hex')}`,
    ...Object.entries(options.labels).map(([name, value]) => `--label=${name}=${value}`),
    `--mount=type=bind,"source=${folder.replaceAll('"', '""')}",target=${ROOT}`,
    `--workdir=${ROOT}`,
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    ...secrets.map((name) => `--env=${name}`),
    ...user,
    ...(network ? [] : ['--network=none']),
    '--entrypoint=sh',
    shell.image?.id ?? '',
    '-c',
    SHELL,
    'sh',
    backTo,
  ]
}

type Users = { readonly user: readonly string[]; readonly backTo: string }

/** Who the shell is, so that the folder can be written and stays that of its owner; `backTo` is whom files are given back to. */
function usersFor(shell: PulledShell, { owner, users }: Pick<DockerOptions, 'owner' | 'users'>): Users {
  // Root of a rootless engine is its owner outside: any other id would be one that may do nothing here.
  if (users === 'rootless') return { user: ['--user=0:0'], backTo: '' }
  const kept = users === 'remapped' ? ['--userns=host'] : []
  const id = `${owner.uid}:${owner.gid}`
  if (!isRootImage(shell)) return { user: [...kept, `--user=${id}`], backTo: '' }
  return { user: kept, backTo: owner.uid === 0 ? '' : id }
}

function isRootImage({ image }: PulledShell): boolean {
  return ['', '0', 'root'].includes(image?.user.split(':', 1)[0] ?? '')
}
