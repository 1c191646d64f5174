import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { kindEnvironment, type KindSurroundings } from './environment.ts'
import type { KindTool } from './find.ts'
import { runKind, type KindRun } from './run.ts'
import { createSteps, type CreateProgress } from './steps.ts'
import type { KindConfig } from './config.ts'

/** What every verb of kind works with. */
export type KindContext = KindSurroundings &
  Pick<KindRun, 'signal' | 'onLine' | 'onChild'> & {
    readonly tool: KindTool
  }

export type CreateOptions = { readonly config: KindConfig; readonly onProgress: (progress: CreateProgress) => void }

/**
 * Makes the nodes of a cluster and writes its kubeconfig. Nodes are kept when it fails, so that logs can be had from them.
 * It does not wait for nodes to be ready. Throws Problem `kind_failed`.
 */
export async function createCluster(context: KindContext, { config, onProgress }: CreateOptions): Promise<void> {
  await mkdir(dirname(context.kubeconfig), { recursive: true, mode: 0o700 })
  const read = createSteps(config.shape)
  const onLine = (line: string): void => {
    context.onLine(line)
    const progress = read(line)
    if (progress !== undefined) onProgress(progress)
  }
  const { cluster, kubeconfig } = context
  const rest = ['--retain', '--wait', '0s', '--config', '-', '--kubeconfig', kubeconfig]
  await call({ ...context, onLine }, ['create', 'cluster', '--name', cluster, ...rest], config.yaml)
}

/** Removes the nodes of a cluster, and its context from its kubeconfig. One that is not there is fine. */
export async function deleteCluster(context: KindContext): Promise<void> {
  await call(context, ['delete', 'cluster', '--name', context.cluster, '--kubeconfig', context.kubeconfig])
}

/** Writes logs of every node below a folder, which is made. Throws Problem `kind_failed` where some cannot be had. */
export async function exportLogs(context: KindContext, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await call(context, ['export', 'logs', folder, '--name', context.cluster])
}

/** Writes the kubeconfig of a cluster anew. */
export async function writeKubeconfig(context: KindContext): Promise<void> {
  await call(context, ['export', 'kubeconfig', '--name', context.cluster, '--kubeconfig', context.kubeconfig])
}

/** What kind says of the network of its own that each cluster gets here. */
const EXPECTED = /^WARNING: (?:Overriding (?:docker|podman) network due to KIND_EXPERIMENTAL_|Here be dragons!)/

async function call(context: KindContext, args: readonly string[], stdin?: string): Promise<void> {
  const { tool, signal, onChild } = context
  const onLine = (line: string): void => {
    if (!EXPECTED.test(line)) context.onLine(line)
  }
  const run = { env: kindEnvironment(context), signal, onLine, onChild }
  await runKind(tool, args, stdin === undefined ? run : { ...run, stdin })
}
