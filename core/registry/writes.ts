import type { Database } from '#core/store/index.ts'
import type { WriteQueue } from '#core/tracking/index.ts'
import { changeWrites } from './change-writes.ts'
import { labelWrites, modelWrites } from './model-writes.ts'
import { openRegistryRows } from './rows.ts'
import type { RegistryWrites } from './types.ts'
import { versionWrites } from './version-writes.ts'

type WritesOptions = {
  /** The connection that `queue` writes on. */
  readonly db: Database
  readonly queue: WriteQueue
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/** Writes of the registry, done by the queue in the order in which they are asked for. */
export function openRegistryWrites({ db, queue, now = Date.now }: WritesOptions): RegistryWrites {
  const context = { db, rows: openRegistryRows(db), now }
  const models = modelWrites(context)
  const labels = labelWrites(context)
  const versions = versionWrites(context)
  const changes = changeWrites(context, { ...models, ...labels, ...versions })
  return {
    createModel: (draft) => queue.run(() => models.createModel(draft)),
    renameModel: (name, newName) => queue.run(() => models.renameModel(name, newName)),
    describeModel: (name, description) => queue.run(() => models.describeModel(name, description)),
    deleteModel: (name) => queue.run(() => models.deleteModel(name)),
    setModelTag: (name, tag) => queue.run(() => labels.setModelTag(name, tag)),
    deleteModelTag: (name, key) => queue.run(() => labels.deleteModelTag(name, key)),
    setAlias: (name, alias, version) => queue.run(() => labels.setAlias(name, alias, version)),
    deleteAlias: (name, alias) => queue.run(() => labels.deleteAlias(name, alias)),
    createVersion: (draft) =>
      queue.run(() => {
        const { name, version } = versions.createVersion(draft)
        if (draft.alias !== undefined) labels.setAlias(name, draft.alias, version)
        return context.rows.whole(context.rows.version(name, version))
      }),
    describeVersion: (name, version, text) => queue.run(() => versions.describeVersion(name, version, text)),
    deleteVersion: (name, version) => queue.run(() => versions.deleteVersion(name, version)),
    moveVersion: (name, version, to) => queue.run(() => versions.moveVersion(name, version, to)),
    changeModel: (name, change) => queue.run(() => changes.changeModel(name, change)),
    changeVersion: (name, version, change) => queue.run(() => changes.changeVersion(name, version, change)),
    setVersionTag: (name, version, tag) => queue.run(() => versions.setVersionTag(name, version, tag)),
    deleteVersionTag: (name, version, key) => queue.run(() => versions.deleteVersionTag(name, version, key)),
  }
}
