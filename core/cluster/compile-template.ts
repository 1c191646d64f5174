import type { CompiledView } from '#core/contract/run.ts'
import type { ClusterImage, ClusterImages } from '#core/environments/index.ts'
import { initialState, type ClusterRun } from '#core/pipelines/index.ts'
import { artifactRepository } from './artifact-repository.ts'
import { ARGO_LIMITS } from './compile-limits.ts'
import { compileWorkflow } from './compile.ts'
import { HOME_LABEL } from './resources.ts'
import { renderYaml } from './render-yaml.ts'
import type { PrepareOptions } from './prepare.ts'
import { secretReferences } from './run-secrets.ts'

type Options = Pick<PrepareOptions, 'profile' | 'images' | 'homeId' | 'tracks'>

/** See `ClusterTarget.compile`: images have the names that they will have, and secrets are those of the cluster. */
export async function compileTemplate(
  { bound, frozen, snapshot, digest }: Pick<ClusterRun, 'bound' | 'frozen' | 'snapshot' | 'digest'>,
  { profile, images: source, homeId, tracks }: Options,
): Promise<CompiledView> {
  const images = await predictImages(frozen.environments, source, profile)
  const needsRunner = Object.values(images).some(({ runner }) => runner === 'copy')
  const compiled = compileWorkflow({
    state: initialState(bound),
    run: null,
    pipelineDigest: digest,
    files: frozen.facts.files,
    code: snapshot.files.length + snapshot.links.length > 0 ? snapshot.digest : null,
    profile,
    images,
    runnerImage: needsRunner ? await source.predictRunner(profile) : null,
    imageVolumes: false,
    artifactRepository: artifactRepository(profile),
    secrets: secretReferences(bound.plan.definition, '', {}),
    locate: () => undefined,
    parallelism: frozen.parallelism,
    tracks,
    limits: ARGO_LIMITS['3'],
    labels: { [HOME_LABEL]: homeId },
  })
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
