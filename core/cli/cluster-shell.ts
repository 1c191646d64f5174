import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { programOnPath } from '#core/files/index.ts'
import { say } from './context.ts'
import { runOnTerminal } from './run-on-terminal.ts'

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
  return runOnTerminal(shell, [], { env })
}
