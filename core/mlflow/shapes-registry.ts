import type { ModelVersion, RegisteredModel } from '#core/registry/index.ts'
import { filled, given, metricShape, pairShape } from '#core/wire/index.ts'

export function versionShape(version: ModelVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    user_id: version.userId,
    current_stage: version.stage,
    description: version.description ?? '',
    source: version.source,
    run_id: version.runId,
    status: 'READY',
    run_link: version.runLink,
    model_id: given(version.modelId),
    tags: filled(version.tags.map(pairShape)),
    aliases: filled(version.aliases),
    model_params: filled(version.params.map(({ key, value }) => ({ name: key, value }))),
    model_metrics: filled(version.metrics.map(metricShape)),
  }
}

export function registeredModelShape(model: RegisteredModel): object {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    description: model.description || undefined,
    latest_versions: filled(model.latestVersions.map(versionShape)),
    tags: filled(model.tags.map(pairShape)),
    aliases: filled(model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))),
  }
}
