import type { targetRoutes } from '#core/contract/routes-targets.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { TargetService } from '#core/targets/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'

type Options = { readonly service: Pick<PipelineService, 'targets'>; readonly targets: TargetService }

/** Handlers of where runs play. */
export function targetHandlers({ service, targets }: Options): Pick<Handlers, keyof typeof targetRoutes> {
  return {
    listTargets: async () => ({ targets: await service.targets() }),
    listClusterTargets: () => ({ targets: targets.profiles() }),
    listKubeContexts: ({ kubeconfig }) => targets.contexts(kubeconfig?.split(':').map((path) => absolute(path))),
    addTarget: ({ name, profile }) => targets.add(name, profile),
    showTarget: ({ name }) => targets.show(name),
    editTarget: ({ name, profile }) => targets.edit(name, profile),
    deleteTarget: ({ name }) => targets.remove(name),
    testTarget: ({ name }, { onLine, signal }) => targets.test(name, { onLine, signal }),
  }
}
