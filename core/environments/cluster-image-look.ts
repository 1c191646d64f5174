import { isProblem, Problem } from '#core/base/problem.ts'
import type { ImageRegistries, StoredImage } from '#core/runtimes/images.ts'
import { CLUSTER_LABEL, type PushPlan } from './cluster-image-plan.ts'
import type { ClusterImageWish } from './cluster-image-types.ts'

type Looking = Pick<ClusterImageWish, 'platform' | 'signal'> & { readonly registries: ImageRegistries }

/** Whether a registry has what is planned; `unreached` where it does not answer this process. */
export type Look = { readonly stored?: StoredImage | undefined; readonly unreached?: Problem }

/** Asks the registry. Throws Problem `registry_denied`. */
export async function lookFor(plan: PushPlan, context: Looking): Promise<Look> {
  try {
    const stored = await context.registries.read(plan.name, context.platform, context.signal)
    const isIt = stored?.labels[CLUSTER_LABEL] === plan.key && stored.platform === context.platform
    return { stored: isIt ? stored : undefined }
  } catch (error) {
    if (!isProblem(error)) throw error
    if (error.code === 'network_unavailable') return { unreached: error }
    // what is there is nothing of ours, or registries say so of what is not there: pushing tells
    if (error.code === 'image_unavailable' || error.code === 'image_platform') return {}
    if (error.code !== 'image_login') throw error
    throw new Problem('registry_denied', error.message, { cause: error, ...detailsOf(error) })
  }
}

/**
 * Whether another core that does the same was in the way: it took the local image away, or the registry stumbled over
 * the same layer from two sides (registry:2 then answers 500).
 */
export function isPassing(error: unknown, { name }: PushPlan): boolean {
  if (!isProblem(error)) return false
  if (error.code === 'image_unavailable') return error.message.includes(name)
  // somebody removed a layer that was just made, as `docker image prune` does
  if (error.code === 'environment_failed') return error.message.includes('unknown parent image')
  return error.code === 'registry_unreachable' && /HTTP status: 5\d\d/.test(error.details ?? '')
}

/** What it means here that no engine answers; any other error stays as it is. */
export function engineFault(
  error: unknown,
  { what }: PushPlan,
  { registry, unreached }: Look & { readonly registry: string },
): unknown {
  if (!isProblem(error) || !/^engine_(unavailable|forbidden)$/.test(error.code)) return error
  const extra = { cause: error, details: error.message }
  if (unreached !== undefined) return unreachable(unreached, extra)
  const fix = 'an engine is needed only to build and push it: start one, or run this once where there is one'
  const message = `the registry ${registry} does not have ${what}, and ${error.message.replace(/: .*$/, '')}: ${fix}`
  return new Problem(error.code, message, extra)
}

/** That a registry did not answer, for who pushes there. */
export function unreachable(unreached: Problem, extra: { cause: unknown; details?: string }): Problem {
  const fix = 'look at its address in the target, the network and the proxy, then try again'
  return new Problem('registry_unreachable', `${unreached.message.replace(/: look at .*$/, '')}: ${fix}`, extra)
}

function detailsOf({ details }: Problem): { details?: string } {
  return details === undefined ? {} : { details }
}
