import type { LocalClusterDeps } from './deps.ts'
import { installStep, pushStep, verifyStep } from './install-steps.ts'
import { targetStep } from './prove-steps.ts'
import { ensureImages } from './pull-images.ts'
import { systemImages } from './system-images.ts'
import type { JobPlan } from './types.ts'

/** How what was installed is brought to the versions of this version; nodes and registry stay as they are. */
export function upgradePlan(deps: LocalClusterDeps): JobPlan {
  return {
    steps: [
      {
        id: 'images',
        title: 'Get the images',
        usual: 5,
        run: (context) => ensureImages(deps.images, systemImages(), context),
      },
      pushStep(deps),
      installStep(deps),
      verifyStep(deps),
      targetStep(deps),
    ],
  }
}
