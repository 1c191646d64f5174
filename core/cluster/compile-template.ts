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
import type { CompileInput } from './types.ts'

type Options = Pick<PrepareOptions, 'profile' | 'images' | 'homeId' | 'tracks'>

/** See `ClusterTarget.compile`: images have the names that they will have, and secrets are those of the cluster. */
export async function compileTemplate(
  run: Templated,
  { profile, images: source, homeId, tracks }: Options,
): Promise<CompiledView> {
  const images = await predictImages(run.frozen.environments, source, profile)
  const needsRunner = Object.values(images).some(({ runner }) => runner === 'copy')
  const runnerImage = needsRunner ? await source.predictRunner(profile) : null
  const parts = { profile, images, runnerImage, imageVolumes: false, limits: ARGO_LIMITS['3'], homeId, tracks }
  const compiled = compileWorkflow(templateInput(run, parts))
  return { name: compiled.object.metadata.name, pipelineDigest: run.digest, yaml: renderYaml(compiled) }
}

type Templated = Pick<ClusterRun, 'bound' | 'frozen' | 'snapshot' | 'digest'>
type Parts = Pick<CompileInput, 'profile' | 'images' | 'runnerImage' | 'imageVolumes' | 'limits' | 'tracks'> &
  Pick<Options, 'homeId'>

/** What the compiler is given for the WorkflowTemplate of a pipeline: no step is left out, and secrets are those of the cluster. */
export function templateInput(
  { bound, frozen, snapshot, digest }: Templated,
  { homeId, ...parts }: Parts,
): CompileInput {
  return {
    ...parts,
    state: initialState(bound),
    run: null,
    pipelineDigest: digest,
    files: frozen.facts.files,
    code: snapshot.files.length + snapshot.links.length > 0 ? snapshot.digest : null,
    artifactRepository: artifactRepository(parts.profile),
    secrets: secretReferences(bound.plan.definition, '', {}),
    locate: () => undefined,
    parallelism: frozen.parallelism,
    labels: { [HOME_LABEL]: homeId },
  }
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
