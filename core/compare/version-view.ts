import type { ModelRow, VersionDifference, VersionRow, VersionView } from '#core/contract/models.ts'
import type { ModelVersion, RegisteredModel, RegistryReads } from '#core/registry/index.ts'
import { compareText } from '#core/files/index.ts'
import { metricValue } from '#core/tracking/index.ts'
import { pairsOf } from './lines.ts'
import { lineageOf, type LineageReads } from './lineage.ts'
import { readModelContent, type ModelContent, type Shelf } from './model-content.ts'
import { packageOf } from './requirements.ts'

/** What versions are shown from. */
export type VersionReads = Omit<LineageReads, 'versionsOfRun'> & {
  readonly registry: Pick<RegistryReads, 'version' | 'versions' | 'downloadUri' | 'versionCounts'>
  readonly shelf: Shelf
}

/** So many other versions of the same run are shown. */
const MOST_VERSIONS = 20

/** A registered model as a row. */
export function modelRow({ registry }: Pick<VersionReads, 'registry'>, models: readonly RegisteredModel[]): ModelRow[] {
  const counts = registry.versionCounts(models.map(({ name }) => name))
  return models.map((model) => ({
    name: model.name,
    createdAt: new Date(model.createdAt).toISOString(),
    updatedAt: new Date(model.updatedAt).toISOString(),
    description: model.description ?? '',
    tags: asTexts(model.tags),
    aliases: model.aliases.toSorted((one, other) => compareText(one.alias, other.alias)),
    versions: counts.get(model.name)?.versions ?? 0,
    latest: counts.get(model.name)?.latest ?? null,
  }))
}

/** A version as a row. */
export function versionRow(version: ModelVersion): VersionRow {
  return {
    model: version.name,
    version: version.version,
    createdAt: new Date(version.createdAt).toISOString(),
    updatedAt: new Date(version.updatedAt).toISOString(),
    user: version.userId ?? null,
    stage: version.stage,
    description: version.description ?? '',
    source: version.source,
    run: version.runId === '' ? null : version.runId,
    aliases: version.aliases.toSorted(compareText),
    tags: asTexts(version.tags),
  }
}

/** A version in full. */
export async function versionView(reads: VersionReads, version: ModelVersion): Promise<VersionView> {
  const { files, signature, flavors, requirements } = await contentOf(reads, version)
  return {
    ...versionRow(version),
    signature,
    flavors,
    requirements: [...requirements],
    params: asTexts(version.params),
    metrics: Object.fromEntries(metricsOf(version).map(([key, value]) => [key, metricValue(value)])),
    lineage: lineageOf({ ...reads, versionsOfRun: (run) => versionsOfRun(reads, run) }, version),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  }
}

/** How two versions differ. */
export async function versionDifference(
  reads: VersionReads,
  left: ModelVersion,
  right: ModelVersion,
): Promise<VersionDifference> {
  const contents = await Promise.all([contentOf(reads, left), contentOf(reads, right)])
  const lines = (of: (version: ModelVersion, content: ModelContent) => Iterable<readonly [string, string]>) =>
    pairsOf(new Map(of(left, contents[0])), new Map(of(right, contents[1])))
  return {
    left: versionRow(left),
    right: versionRow(right),
    params: lines(({ params }) => Object.entries(asTexts(params))),
    metrics: lines((version) => metricsOf(version).map(([key, value]) => [key, String(value)] as const)),
    tags: lines(({ tags }) => Object.entries(asTexts(tags))),
    requirements: lines((_, content) => requirementPairs(content)),
    signature: lines((_, { signature }) => signaturePairs(signature)),
    files: lines((_, { files }) => files.map(({ path, sha256 }) => [path, sha256] as const)),
  }
}

async function contentOf({ registry, shelf }: VersionReads, { name, version }: ModelVersion): Promise<ModelContent> {
  return readModelContent(shelf, registry.downloadUri(name, version))
}

function versionsOfRun({ registry }: VersionReads, run: string): readonly ModelVersion[] {
  // Others are of no run that was tracked here, and may be any text.
  if (!/^[0-9a-f]{32}$/.test(run)) return []
  return registry.versions({ filter: `run_id = '${run}'`, maxResults: MOST_VERSIONS }).items
}

/** The latest value of each metric, with the dataset where it was measured on one. */
function metricsOf({ metrics }: ModelVersion): (readonly [key: string, value: number])[] {
  return metrics.map(({ key, value, datasetName }) => [
    datasetName === undefined ? key : `${key} (${datasetName})`,
    value,
  ])
}

function requirementPairs({ requirements, python }: ModelContent): (readonly [string, string])[] {
  const named = requirements.map((text) => packageOf(text) ?? ([text, text] as const))
  return python === null ? named : [...named.filter(([name]) => name !== 'python'), ['python', python]]
}

function signaturePairs(signature: ModelContent['signature']): (readonly [string, string])[] {
  if (signature === null) return []
  return (['inputs', 'outputs', 'params'] as const).flatMap((part) =>
    signature[part].map(({ name, type, shape, required }, index) => {
      const text = `${type}${shape ?? ''}${required ? '' : ', optional'}`
      return [`${part}.${name === '' ? index : name}`, text] as const
    }),
  )
}

function asTexts(pairs: ModelVersion['tags']): Record<string, string> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, value] as const).toSorted(([one], [other]) => compareText(one, other)),
  )
}
