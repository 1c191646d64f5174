import type { Progress } from '#core/pipelines/index.ts'
import { checkAdmission } from './admission.ts'
import type { PushSite } from './push-config-map.ts'
import { checkQuota } from './quota.ts'
import { WORKFLOW_TEMPLATES } from './resources.ts'
import type { Compiled } from './types.ts'

/** Asks the cluster whether it would take a push and the pods of it. That others take all room for pods now is only told. */
export async function tryPush(
  { object }: Compiled,
  { site: { cluster }, onLine, signal }: Progress & { readonly site: PushSite },
): Promise<void> {
  await cluster.create(WORKFLOW_TEMPLATES, object, { dryRun: true, signal })
  await checkQuota(cluster, { spec: object.spec, isForLater: true }, signal)
  const onFull = ({ message }: Error): void => onLine?.(`runs would have to wait now: ${message}`)
  await checkAdmission(cluster, { spec: object.spec, onFull }, signal)
}
