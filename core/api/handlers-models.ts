import { Problem } from '#core/base/problem.ts'
import type { Models } from '#core/compare/index.ts'
import type { modelRoutes } from '#core/contract/routes-models.ts'
import type { ModelVersion, RegisteredModel, RegistryReads } from '#core/registry/index.ts'
import { sendArtifact } from './artifact.ts'
import type { Handlers } from './handler.ts'
import { sendArchive } from './send-archive.ts'

type Names = keyof typeof modelRoutes
type FileNames = 'listModelFiles' | 'readModelFile' | 'downloadModel'
type Which = { readonly model: string; readonly version: string }

/** Handlers of registered models and their versions. */
export function modelHandlers(options: Models): Pick<Handlers, Names> {
  return { ...ofModels(options), ...ofVersions(options), ...ofFiles(options) }
}

type ModelNames = Exclude<Names, FileNames | VersionNames>

function ofModels({ registry: { reads, writes }, comparisons }: Models): Pick<Handlers, ModelNames> {
  const row = (model: RegisteredModel) => {
    const [found] = comparisons.models([model])
    if (found === undefined) throw new Error('no row of a model')
    return found
  }
  return {
    listModels: ({ filter, limit, page }) => {
      const found = reads.models({ filter, maxResults: limit, ...(page === undefined ? {} : { pageToken: page }) })
      return { models: comparisons.models(found.items), next: found.next ?? null }
    },
    createModel: async (draft) => row(await writes.createModel(draft)),
    showModel: ({ model }) => row(reads.model(model)),
    updateModel: async ({ model, name, description, tags }) => {
      const texts = description === undefined ? {} : { description }
      return row(await writes.changeModel(model, { ...texts, tags, ...(name === undefined ? {} : { name }) }))
    },
    deleteModel: ({ model }) => writes.deleteModel(model),
    setModelAlias: async ({ model, alias, version }) => {
      await writes.setAlias(model, alias, version)
      return row(reads.model(model))
    },
    deleteModelAlias: async ({ model, alias }) => {
      if (reads.model(model).aliases.every((it) => it.alias !== alias)) {
        throw new Problem('not_found', `the model ${model} has no alias "${alias}": its page lists them`)
      }
      await writes.deleteAlias(model, alias)
    },
  }
}

type VersionNames =
  | 'listModelVersions'
  | 'showModelVersion'
  | 'updateModelVersion'
  | 'deleteModelVersion'
  | 'compareModelVersions'

function ofVersions({ registry, comparisons }: Models): Pick<Handlers, VersionNames> {
  const { reads, writes } = registry
  return {
    listModelVersions: ({ model, limit, page }) => {
      const before = page === undefined ? {} : { before: numberOfPage(page) }
      const found = reads.versionsOf(model, { most: limit + 1, ...before })
      const versions = found.slice(0, limit).map((version) => comparisons.version(version))
      return { versions, next: found.length > limit ? String(versions.at(-1)?.version) : null }
    },
    showModelVersion: (which) => comparisons.wholeVersion(versionOf(reads, which)),
    updateModelVersion: async ({ model, version, description, stage, ...change }) => {
      const number = reads.versionNumber(model, version)
      const texts = description === undefined ? {} : { description }
      const moved = stage === undefined ? {} : { stage }
      return comparisons.wholeVersion(await writes.changeVersion(model, number, { ...change, ...texts, ...moved }))
    },
    deleteModelVersion: ({ model, version }) => writes.deleteVersion(model, reads.versionNumber(model, version)),
    compareModelVersions: ({ model, left, right }) => {
      const of = (version: string) => versionOf(reads, { model, version })
      return comparisons.versions(of(left), of(right))
    },
  }
}

function ofFiles({ registry, comparisons, bytes }: Models): Pick<Handlers, FileNames> {
  const filesOf = (which: Which) => comparisons.files(versionOf(registry.reads, which))
  return {
    listModelFiles: (which) => ({ files: filesOf(which).map(({ path, size, sha256 }) => ({ path, size, sha256 })) }),
    readModelFile: ({ path, ...which }, context) => {
      const file = comparisons.file(versionOf(registry.reads, which), path)
      bytes.check(file.sha256)
      const service = { readArtifact: (...given: Parameters<Models['bytes']['read']>) => bytes.read(...given) }
      return sendArtifact({ file, output: which.model, service }, context)
    },
    downloadModel: (which, context) => {
      const version = versionOf(registry.reads, which)
      const name = `${version.name}-${version.version}.tar`
      return sendArchive({ name, files: comparisons.files(version), bytes }, context)
    },
  }
}

function versionOf(reads: RegistryReads, { model, version }: Which): ModelVersion {
  return reads.version(model, reads.versionNumber(model, version))
}

function numberOfPage(page: string): number {
  if (/^\d{1,15}$/.test(page)) return Number(page)
  throw new Problem('invalid_request', `"${page}" is no page of versions: give the \`next\` of the page before`)
}
