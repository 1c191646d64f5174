import { realpathSync } from 'node:fs'
import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import type { PipelineDetail } from '#core/contract/folders.ts'
import type { Store } from '#core/store/index.ts'
import { browseFolders, realFolder } from './browse-folders.ts'
import { missing, readCatalog, rowOf, type Catalog, type CatalogOptions } from './catalog.ts'
import type { Changes } from './changes.ts'
import { pipelineView } from './document-verbs.ts'
import { FolderStore } from './folder-store.ts'
import { openPipelineFiles, validateFile } from './pipeline-files.ts'
import { sampleIn } from './samples.ts'
import type { RunListStore } from './run-list-store.ts'
import type { PipelineService } from './service-types.ts'

type Verbs = Pick<PipelineService, 'pipelines' | 'pipeline' | 'addFolder' | 'removeFolder' | 'browse' | 'sample'>
type Options = {
  readonly home: string
  readonly store: Store
  readonly runs: RunListStore
  readonly changes: Changes
  readonly now: () => number
}

/** What can be asked of folders and the pipelines in them. */
export function folderVerbs({ home, store, runs, changes, now }: Options): Verbs {
  const folders = new FolderStore(store)
  const options: CatalogOptions = { home: realpathSync(home), folders, runs, files: openPipelineFiles() }
  let reading: Promise<Catalog> | undefined
  /** The folder of each pipeline as it was listed last, by id. */
  let listed = new Map<string, Place>()
  /** Those who ask at the same time share one look. */
  const catalog = (): Promise<Catalog> => {
    const own = (reading ??= readCatalog(options).finally(() => {
      if (reading === own) reading = undefined
    }))
    return own
  }
  const changed = (): void => {
    reading = undefined
    listed = new Map()
    changes.list('pipelines')
  }
  const pipelines = async (): Promise<Catalog> => {
    const found = await catalog()
    listed = new Map(found.pipelines.map(({ id, file, folder }) => [id, { file, folder }]))
    return found
  }
  return {
    pipelines,
    async pipeline(id) {
      const place = listed.get(id) ?? (await pipelines().then(() => listed.get(id)))
      if (place === undefined)
        throw new Problem('not_found', `there is no pipeline ${id}: minisub pipelines lists them`)
      return readDetail(options, place)
    },
    sample: (name) => sampleIn(home, name),
    async addFolder(path) {
      const real = await realFolder(path)
      const { id } = folders.add({ id: newId<'folder'>(), path: real, addedAt: now() })
      changed()
      const view = (await pipelines()).folders.find((folder) => folder.id === id)
      if (view === undefined) throw new Problem('not_found', `the folder ${real} was deleted meanwhile: add it again`)
      return view
    },
    removeFolder(id) {
      if (!folders.remove(id))
        throw new Problem('not_found', `there is no folder ${id}: minisub folder list names them`)
      changed()
    },
    browse: (path) => browseFolders(path),
  }
}

type Place = { readonly file: string; readonly folder: string | null }

/** A document as it is now. */
async function readDetail({ runs, files }: CatalogOptions, { file, folder }: Place): Promise<PipelineDetail> {
  const lastRuns = runs.lastRuns([file], 5).get(file)
  const document = await files.lookAs(file)
  const validation = document === undefined ? undefined : await validateFile(file)
  if (document === undefined || validation === undefined) {
    return { ...rowOf({ document: missing(file, lastRuns?.[0]), folder }, lastRuns), view: null, issues: [] }
  }
  const row = rowOf({ document, folder }, lastRuns)
  if (validation.ok) return { ...row, view: pipelineView({ ...validation, file }), issues: [] }
  return { ...row, view: null, issues: [...validation.issues] }
}
