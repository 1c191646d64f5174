import { canonicalJson, type Json, type JsonObject } from '#core/base/json.ts'
import type { OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { sha256 } from '#core/files/index.ts'
import { bindParameters, bindPlan, foresee, validateDocument, type BoundPlan } from '#core/pipelines/index.ts'
import { ARGO_LIMITS } from './compile-limits.ts'
import type { CompileInput } from './types.ts'

/** A plan of a document, for tests; its parameters have their defaults. */
export function planOf(document: string, parameters: JsonObject = {}): BoundPlan {
  const validation = validateDocument(document)
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues, null, 2))
  const { plan } = validation
  return bindPlan(plan, bindParameters(plan.definition.parameters, parameters, {}))
}

/** A document of a spec. */
export function documentOf(spec: object, name = 'p'): string {
  return JSON.stringify({ apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name }, spec })
}

export function valueRecord(value: Json): OutputRecord {
  return { kind: 'value', value, sha256: sha256(canonicalJson(value)) }
}

export function fileRecord(text: string, executable = false): OutputRecord {
  return { kind: 'file', size: Buffer.byteLength(text), executable, sha256: sha256(text) }
}

export function folderRecord(files: Readonly<Record<string, string>>): OutputRecord {
  const entries = Object.entries(files).map(([path, text]) => {
    return { path, size: Buffer.byteLength(text), executable: false, sha256: sha256(text) }
  })
  const size = entries.reduce((sum, entry) => sum + entry.size, 0)
  return { kind: 'folder', size, files: entries, emptyFolders: [], sha256: sha256(canonicalJson(entries)) }
}

/** What of a step, or of an item of it, is in the cache. */
export type Hits = (step: string, item: number | null) => OutputRecords | undefined

export const PROFILE = ClusterProfile.parse({
  kubeconfig: ['/config'],
  context: 'c',
  namespace: 'ml',
  serviceAccount: 'pipeline',
  registry: 'registry.example/team',
  artifacts: {
    endpoint: 'https://s3.example',
    bucket: 'artifacts',
    prefix: 'team/',
    accessKey: { secret: 's', key: 'a' },
    secretKey: { secret: 's', key: 'b' },
  },
})

const digest = (name: string): string => `registry.example/team/${name}@sha256:${sha256(name)}`

/** What the compiler is given for a run of a plan, or for its template where `run` is null. */
export function inputOf(
  plan: BoundPlan,
  hits: Hits = () => undefined,
  change: Partial<CompileInput> = {},
): CompileInput {
  const { state } = foresee(plan, {
    now: () => 1_000,
    facts: { environments: {}, code: {}, files: change.files ?? {} },
    lookUp: ({ step, item }) => {
      const outputs = hits(step.bound.planned.name, item)
      return outputs === undefined ? 'none' : { outputs, from: 'r0', resumed: false }
    },
  })
  const environments = Object.keys(plan.plan.definition.environments)
  const image = (name: string): CompileInput['images'][string] => {
    return { reference: digest(name === '' ? 'default' : name), runner: 'layer', env: {}, why: '' }
  }
  return {
    state,
    run: '01k0000000000000000000run1',
    pipelineDigest: plan.plan.digest,
    files: {},
    code: sha256('code'),
    profile: PROFILE,
    images: Object.fromEntries(['', ...environments].map((name) => [name, image(name)])),
    runnerImage: digest('runner'),
    imageVolumes: false,
    artifactRepository: { configMap: 'minisub-artifacts', key: 's3' },
    secrets: {},
    locate: () => undefined,
    parallelism: null,
    tracks: false,
    limits: ARGO_LIMITS['3'],
    labels: {},
    ...change,
  }
}
