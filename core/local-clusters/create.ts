import { clusterStore } from './cluster-store.ts'
import type { LocalClusterDeps } from './deps.ts'
import { explainFault } from './explain.ts'
import { installStep, pushStep, verifyStep } from './install-steps.ts'
import { kindStep, makeStep, registryStep } from './node-steps.ts'
import { preflight, refuseErrors, type PreflightDeps } from './preflight/index.ts'
import { removeAll, removeFiles } from './remove.ts'
import { smokeStep, targetStep } from './prove-steps.ts'
import { ensureImages } from './pull-images.ts'
import { systemImages } from './system-images.ts'
import type { JobPlan, JobStep, StepContext } from './types.ts'

/** How a cluster is made. Each step looks at what is there already, so that it can be begun again. */
export function createPlan(deps: LocalClusterDeps): JobPlan {
  return {
    steps: [
      preflightStep(deps),
      kindStep(deps),
      imagesStep(deps),
      makeStep(deps),
      registryStep(deps),
      pushStep(deps),
      installStep(deps),
      verifyStep(deps),
      smokeStep(deps),
      targetStep(deps),
    ],
    undo: async (context) => {
      if (context.cluster().state !== 'new') await removeAll(deps, context)
      await removeUnmade(deps, context)
    },
    failed: async (fault, context) => {
      // Nothing of it was made: nothing of it is kept.
      if (context.cluster().state === 'new') {
        await removeUnmade(deps, context)
        return { cause: null, logs: null }
      }
      context.update({ state: 'failed' })
      return explainFault(deps, fault, context)
    },
  }
}

/** Forgets a cluster of which the engine has nothing, so that no engine is needed. */
async function removeUnmade(deps: LocalClusterDeps, { cluster, forget }: StepContext): Promise<void> {
  await removeFiles(deps, cluster().name)
  forget()
}

/** What a preflight of this data folder works with. */
export function preflightDeps(deps: LocalClusterDeps): PreflightDeps {
  const { home, engine, images, store, targets, secrets, settings } = deps
  const nodeImage = settings.get('cluster.nodeImage')
  const kindMirror = settings.get('cluster.kindMirror')
  const from = { kindMirror, ...(nodeImage === '' ? {} : { nodeImage }) }
  return { home, engine, images, store: clusterStore(store), targets, secrets, ...from }
}

function preflightStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'preflight',
    title: 'Look at this machine',
    usual: 1,
    run: async (context) => {
      // What an earlier try has left is in the way of this one.
      if (context.cluster().state !== 'new') {
        await removeAll(deps, context)
        context.update({ state: 'new' })
      }
      const { form, ports, name } = context.cluster()
      const found = await preflight(form, { ...preflightDeps(deps), ports, own: name })
      for (const { level, title, found: words } of found.checks) context.log(`${level} ${title}: ${words}`)
      refuseErrors(found)
    },
  }
}

function imagesStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'images',
    title: 'Get the images',
    usual: 5,
    run: async (context) => {
      const { nodeImage } = context.cluster()
      if (nodeImage === null) throw new Error('the image of the nodes is chosen with kind')
      await ensureImages(deps.images, [nodeImage, ...systemImages()], context)
    },
  }
}
