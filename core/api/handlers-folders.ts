import type { folderRoutes } from '#core/contract/routes-folders.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Handlers } from './handler.ts'

type FolderHandlers = Pick<Handlers, keyof typeof folderRoutes>

/** Handlers of folders and the pipelines in them. */
export function folderHandlers({ service }: { readonly service: PipelineService }): FolderHandlers {
  return {
    listPipelines: () => service.pipelines(),
    showPipeline: ({ pipeline }) => service.pipeline(pipeline),
    addFolder: ({ path }) => service.addFolder(path),
    removeFolder: ({ folder }) => service.removeFolder(folder),
    addSample: async ({ name }) => ({ file: await service.sample(name) }),
    browseFolders: ({ path }) => service.browse(path),
  }
}
