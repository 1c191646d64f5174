import type { labelWrites, modelWrites, NowAll, WriteContext } from './model-writes.ts'
import type { RegistryWrites } from './types.ts'
import type { versionWrites } from './version-writes.ts'

type ChangeWrites = Pick<RegistryWrites, 'changeModel' | 'changeVersion'>
type Parts = ReturnType<typeof modelWrites> & ReturnType<typeof labelWrites> & ReturnType<typeof versionWrites>

/** Several writes of one model or version as one; each is to be called within a transaction. */
export function changeWrites(context: WriteContext, parts: Parts): NowAll<ChangeWrites> {
  return {
    changeModel: (name, { name: newName = name, description, tags = {} }) => {
      if (description !== undefined) parts.describeModel(name, description)
      for (const [key, value] of Object.entries(tags)) {
        if (value === null) parts.deleteModelTag(name, key)
        else parts.setModelTag(name, { key, value })
      }
      if (newName !== name) return parts.renameModel(name, newName)
      return context.rows.wholeModel(context.rows.model(name))
    },
    changeVersion: (name, version, { description, stage, archiveExisting = false, tags = {} }) => {
      if (description !== undefined) parts.describeVersion(name, version, description)
      if (stage !== undefined) parts.moveVersion(name, version, { stage, archiveExisting })
      for (const [key, value] of Object.entries(tags)) {
        if (value === null) parts.deleteVersionTag(name, version, key)
        else parts.setVersionTag(name, version, { key, value })
      }
      return context.rows.whole(context.rows.version(name, version))
    },
  }
}
