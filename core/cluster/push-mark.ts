import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { artifactRepository } from './artifact-repository.ts'
import { findObject } from './find-object.ts'
import type { PushSite } from './push-config-map.ts'
import type { PushMark } from './push-store.ts'
import { CONFIG_MAPS } from './resources.ts'

/** The same for all who reach a namespace, and another one for each: the uid of what leads Argo to the bucket there. */
export async function namespaceMark(
  { cluster }: PushSite,
  profile: ClusterProfile,
  { by, signal }: { readonly by: string; readonly signal: AbortSignal | undefined },
): Promise<PushMark> {
  const { configMap: name } = artifactRepository(profile)
  const mark = (await findObject(cluster, CONFIG_MAPS, { name, signal }))?.metadata.uid ?? ''
  return { mark, context: profile.context, namespace: cluster.namespace, by }
}
