import type { CompiledView } from '#core/contract/run.ts'
import type { ClusterImage, ClusterImages } from '#core/environments/index.ts'
import type { ClusterRun, PushRun } from '#core/pipelines/index.ts'
import { ARGO_LIMITS } from './compile-limits.ts'
import { compilePush } from './push-template.ts'
import { renderYaml } from './render-yaml.ts'
import type { PrepareOptions } from './prepare.ts'

type Options = Pick<PrepareOptions, 'profile' | 'images' | 'tracks' | 'storeId'>

/** See `ClusterTarget.compile`: images have the names that they will have, and secrets are those of the cluster. */
export async function compileTemplate(
  { bound, frozen, snapshot, digest }: PushRun,
  { profile, images: source, tracks, storeId }: Options,
): Promise<CompiledView> {
  const images = await predictImages(frozen.environments, source, profile)
  const needsRunner = Object.values(images).some(({ runner }) => runner === 'copy')
  const compiled = compilePush(
    { bound, frozen, snapshot, digest },
    {
      profile,
      images,
      runnerImage: needsRunner ? await source.predictRunner(profile) : null,
      imageVolumes: false,
      secrets: {},
      limits: ARGO_LIMITS['3'],
      tracks,
      storeId,
    },
  )
  return { name: compiled.object.metadata.name, pipelineDigest: digest, yaml: renderYaml(compiled) }
}

async function predictImages(
  environments: ClusterRun['frozen']['environments'],
  source: ClusterImages,
  where: Options['profile'],
): Promise<Record<string, ClusterImage>> {
  const locks = [['', null] as const, ...Object.entries(environments).map(([name, { lock }]) => [name, lock] as const)]
  const entries = locks.map(async ([name, lock]) => {
    const predicted = await source.predict(lock, where)
    return [name, { ...predicted, env: {}, why: '' }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
