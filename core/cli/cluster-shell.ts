import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants as system } from 'node:os'
import { Problem } from '#core/base/problem.ts'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { programOnPath } from '#core/files/index.ts'
import { say } from './context.ts'

/**
 * Runs the shell of the user with a kubeconfig that has this cluster alone, and resolves to its exit code. The context is in
 * PS1 and in MINISUB_CONTEXT. Throws Problem `command_failed` where the shell cannot be started.
 */
export async function openClusterShell(view: Pick<LocalClusterView, 'context' | 'kubeconfig'>): Promise<number> {
  const shell = process.env['SHELL'] ?? '/bin/sh'
  if (programOnPath('kubectl') === undefined)
    say('kubectl is not on PATH: install it, or use another client of Kubernetes')
  if (process.stdin.isTTY) say(`a shell with the context ${view.context}; exit leaves it`)
  const env = {
    ...process.env,
    KUBECONFIG: view.kubeconfig,
    MINISUB_CONTEXT: view.context,
    PS1: `(${view.context}) ${process.env['PS1'] ?? '$ '}`,
  }
  // Ctrl-C is for what runs in the shell.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  try {
    const child = spawn(shell, [], { stdio: 'inherit', env })
    const [code, signal]: (number | string | null)[] = await once(child, 'close')
    return typeof code === 'number' ? code : 128 + signalNumber(signal)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Problem('command_failed', `the shell ${shell} cannot be started (${why}): name another in SHELL`, {
      cause,
    })
  } finally {
    process.removeListener('SIGINT', ignore)
  }
}

function signalNumber(signal: number | string | null | undefined): number {
  return new Map<unknown, number>(Object.entries(system.signals)).get(signal) ?? 0
}
