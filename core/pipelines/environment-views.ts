import type { EnvironmentView } from '#core/contract/run.ts'
import type { EnvironmentInfo, ImageEnvironmentInfo } from '#core/environments/index.ts'
import { iso } from './views.ts'

/** A folder of an environment as clients see it. */
export function folderView(it: EnvironmentInfo): EnvironmentView {
  return { ...shared(it), kind: 'python', image: null, platform: null, state: it.state }
}

/** An image of an environment as clients see it. */
export function imageView(it: ImageEnvironmentInfo): EnvironmentView {
  return { ...shared(it), kind: 'image', image: it.image, platform: it.platform, state: 'ready' }
}

function shared(
  it: EnvironmentInfo | ImageEnvironmentInfo,
): Omit<EnvironmentView, 'kind' | 'image' | 'platform' | 'state'> {
  return {
    digest: it.digest,
    pythonMinor: it.pythonMinor,
    packages: [...it.packages],
    sizeBytes: it.sizeBytes,
    createdAt: iso(it.createdAt),
    lastUsedAt: iso(it.lastUsedAt),
    users: [...it.users],
  }
}
