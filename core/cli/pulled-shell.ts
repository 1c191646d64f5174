import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { PulledShell, PulledStep } from '#core/contract/pulled-step.ts'
import { programOnPath } from '#core/files/index.ts'
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
  const history = join(folder, '.history')
  if (!existsSync(history)) writeFileSync(history, './run.sh\n', { mode: 0o600 })
  const command = shell.command.map(shellWord).join(' ')
  say(`the command is ${plainText(command)}`)
  say('./run.sh runs it in code/, where you may change what you like; exit leaves the shell')
  const at = shell.on === 'docker' ? ROOT : folder
  const env = { ...shell.env, MINISUB_COMMAND: command, HISTFILE: `${at}/.history` }
  if (shell.on === 'process') return inFolder(folder, { ...env, ...secrets })
  return inContainer({ folder, shell, env, secrets, network: facts.network, home })
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
  const { dockerHost } = await import('#core/shell-setup.ts')
  const host = await dockerHost(home)
  const env = { ...process.env, ...secrets, ...(host === undefined ? {} : { DOCKER_HOST: host }) }
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const args = dockerArguments({ ...options, secrets: Object.keys(secrets), owner: { uid, gid } })
  if (args.some((it) => it.startsWith('--user=')))
    say(`the user of its image may not write here, so the shell has the id ${uid}; in the run it is another`)
  return runOnTerminal('docker', args, { env })
}

/** What root has written in the container is given back to whom the folder belongs. */
const SHELL = `if command -v bash >/dev/null 2>&1; then bash; else sh; fi
code=$?
[ -z "$1" ] || chown -R "$1" ${ROOT} 2>/dev/null
exit $code`

type DockerOptions = Omit<InContainer, 'secrets' | 'home'> & {
  readonly secrets: readonly string[]
  readonly owner: { readonly uid: number; readonly gid: number }
}

/** The arguments of `docker` for a shell in the image of a step, with its folder at the place of there. */
export function dockerArguments({ folder, shell, env, secrets, network, owner }: DockerOptions): string[] {
  const { id, user } = shell.image ?? { id: '', user: '' }
  const [uid, gid] = [String(owner.uid), String(owner.gid)]
  const isRoot = ['', '0', 'root'].includes(user.split(':', 1)[0] ?? '')
  const mount = `type=bind,"source=${folder.replaceAll('"', '""')}",target=${ROOT}`
  return [
    'run',
    '--rm',
    '--interactive',
    '--tty',
    `--name=minisub-shell-${randomBytes(4).toString('hex')}`,
    `--mount=${mount}`,
    `--workdir=${ROOT}`,
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    ...secrets.map((name) => `--env=${name}`),
    ...(isRoot ? [] : [`--user=${uid}:${gid}`]),
    ...(network ? [] : ['--network=none']),
    '--entrypoint=sh',
    id,
    '-c',
    SHELL,
    'sh',
    isRoot && uid !== '0' ? `${uid}:${gid}` : '',
  ]
}
