import { formatBytes } from '#core/base/quantity.ts'
import { Problem } from '#core/base/problem.ts'
import { ensureRegistry, pointNodes } from './cluster-registry.ts'
import type { LocalClusterDeps } from './deps.ts'
import { REGISTRY_IMAGE } from './install/index.ts'
import {
  createCluster,
  downloadKind,
  findKind,
  kindConfig,
  PINNED,
  readUserConfig,
  type KindContext,
  type KindTool,
} from './kind/index.ts'
import { clusterPaths, KIND_LABEL } from './names.ts'
import { removeAfterKind } from './remove.ts'
import type { JobStep, StepContext } from './types.ts'

/** Finds kind, or downloads it where that was consented to, and says which image the nodes get. */
export function kindStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'kind',
    title: 'Find kind',
    usual: 1,
    run: async (context) => {
      const { form } = context.cluster()
      const { version, path } = await anyKind(deps, context)
      const nodeImage = form.nodeImage ?? (deps.settings.get('cluster.nodeImage') || PINNED.nodeImage)
      context.update({ kind: version, nodeImage })
      context.log(`kind ${version} at ${path}; nodes of ${nodeImage}`)
    },
  }
}

async function anyKind({ home, settings }: LocalClusterDeps, context: StepContext): Promise<KindTool> {
  const { tool } = await findKind({ home })
  if (tool !== undefined) return tool
  if (!context.cluster().form.download) {
    throw new Problem(
      'kind_unavailable',
      `there is no kind on PATH: install it, or let ${PINNED.version} be downloaded`,
    )
  }
  const onProgress = ({ doneBytes, totalBytes }: { readonly doneBytes: number; readonly totalBytes: number }): void =>
    context.progress(totalBytes === 0 ? null : doneBytes / totalBytes, `${formatBytes(doneBytes)} of kind`)
  return downloadKind({ home, mirror: settings.get('cluster.kindMirror'), signal: context.signal, onProgress })
}

/**
 * Makes the nodes. What an earlier try has left of them goes first: half a node cannot be finished. Before there was one,
 * nodes of this name are somebody else's, made since the preflight.
 */
export function makeStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'cluster',
    title: 'Make the nodes',
    usual: 25,
    run: async (context) => {
      const { name, form, ports, nodeImage, state } = context.cluster()
      if (nodeImage === null) throw new Error('the image of the nodes is chosen with kind')
      const user = form.config === undefined ? {} : { user: await readUserConfig(form.config) }
      const config = kindConfig({ form, ports, nodeImage, ...user })
      const kind = await kindContext(deps, context)
      if (state === 'new') await refuseOthers(deps, name)
      else await removeAfterKind(deps, name, context.log)
      context.signal.throwIfAborted()
      context.update({ state: 'begun' })
      const onProgress = ({ fraction, note }: { readonly fraction: number; readonly note: string }): void =>
        context.progress(fraction, note)
      await createCluster(kind, { config, onProgress })
    },
  }
}

async function refuseOthers({ engine }: LocalClusterDeps, name: string): Promise<void> {
  const [node] = await engine.containers([`${KIND_LABEL}=${name}`])
  if (node === undefined) return
  throw new Problem('conflict', `kind has a cluster ${name} by now, with ${node.name}: choose another name`)
}

/** What kind is called with for a step. */
export async function kindContext(deps: LocalClusterDeps, context: StepContext): Promise<KindContext> {
  const { name } = context.cluster()
  const { signal, log: onLine, child: onChild } = context
  const tool = await anyKind(deps, context)
  const { host, isPodman } = await deps.engine.facts()
  const { kubeconfig } = clusterPaths(deps.home, name)
  return { tool, cluster: name, kubeconfig, engine: { host, isPodman }, signal, onLine, onChild }
}

/** Starts the registry beside the nodes, and has them find it. */
export function registryStep({ engine }: LocalClusterDeps): JobStep {
  return {
    id: 'registry',
    title: 'Start its registry',
    usual: 3,
    run: async ({ cluster, log, signal }) => {
      await ensureRegistry(engine, cluster(), REGISTRY_IMAGE)
      await pointNodes(engine, cluster(), signal)
      log(`images are pushed to localhost:${cluster().ports.registry}`)
    },
  }
}
