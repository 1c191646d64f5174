import { z } from 'zod'
import { didYouMean } from '../base/nearest.ts'
import { SECRET_NAME, SECRET_NAME_LENGTH } from './secrets.ts'

/** What a name of an object in Kubernetes may look like. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
const LABEL_NAME = /^(?:[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const LABEL_VALUE = /^(?:[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/])/

/** An object that refuses unknown keys and names the nearest known one. */
function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `unknown key "${key}"${didYouMean(key, Object.keys(shape))}`).join('; ')
        : undefined,
  })
}

const text = z.string().min(1, { error: 'is empty' }).max(253, { error: 'is longer than 253 characters' })
const objectName = z.string().regex(OBJECT_NAME, {
  error: 'not a name of an object in Kubernetes: lower-case letters, digits, - and .',
})
const secretName = z
  .string()
  .max(SECRET_NAME_LENGTH, { error: 'longer than a name of a secret may be' })
  .regex(SECRET_NAME, { error: 'not a name of a secret' })
const secretRef = strict({ secret: secretName, key: secretName })
const address = z.url({
  protocol: /^https?$/,
  error: 'not an address: write http://HOST[:PORT] or https://HOST[:PORT]',
})
const NOT_A_KEY = 'not a key of a label: at most 63 letters, digits, -, _ and ., a DNS name and / in front if wanted'
const labels = z
  .record(
    z.string().regex(LABEL_NAME),
    z.string().regex(LABEL_VALUE, {
      error: 'not a value of a label: at most 63 letters, digits, -, _ and ., a letter or digit at both ends',
    }),
    { error: (issue) => (issue.code === 'invalid_key' ? NOT_A_KEY : undefined) },
  )
  .default({})

/** A toleration as Kubernetes writes it. */
export const Toleration = strict({
  key: z.string().optional(),
  operator: z.enum(['Exists', 'Equal'], { error: 'is Exists or Equal' }).optional(),
  value: z.string().optional(),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], { error: 'is NoSchedule, PreferNoSchedule or NoExecute' })
    .optional(),
  tolerationSeconds: z.int().optional(),
}).refine((it) => it.key !== undefined || it.operator === 'Exists', {
  error: 'a toleration without a key tolerates everything and wants the operator Exists',
})
export type Toleration = z.infer<typeof Toleration>

/**
 * Where artifacts of runs on a cluster are kept: a bucket of any store that speaks S3. The core reads and writes it from
 * here, Argo's containers from within the cluster.
 */
export const ArtifactStoreConfig = strict({
  /** Address as this machine sees it, such as `https://s3.eu-central-1.amazonaws.com`. */
  endpoint: address,
  /** Address as pods see it, where that is another one. */
  clusterEndpoint: address.optional(),
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/, { error: 'not a name of a bucket' }),
  /** Begins every key; empty, or ending with a slash. */
  prefix: z
    .string()
    .regex(/^(?:[A-Za-z0-9._-]+\/)*$/, { error: 'write folders that each end with /, such as team/minisub/' })
    .default(''),
  region: z.string().min(1, { error: 'is empty' }).default('us-east-1'),
  /** True: `endpoint/bucket/key`; false: `bucket.endpoint/key`. */
  pathStyle: z.boolean().default(true),
  /** Secrets of this data folder (`minisub secret`) with the credentials. */
  accessKey: secretRef,
  secretKey: secretRef,
})
export type ArtifactStoreConfig = z.infer<typeof ArtifactStoreConfig>

/** Everything that a cluster target names; it is not part of a pipeline, and no digest of one covers it. */
export const ClusterProfile = strict({
  /** Absolute paths of kubeconfig files; the first that defines a name wins, as kubectl has it. Read, never written. */
  kubeconfig: z
    .array(z.string().regex(ABSOLUTE, { error: 'a kubeconfig file is named by its absolute path' }))
    .min(1, { error: 'name at least one kubeconfig file' }),
  context: text,
  /** All objects are made here; rights in this namespace are enough. */
  namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
    error: 'not a namespace: at most 63 lower-case letters, digits and -',
  }),
  /** That pods run as. */
  serviceAccount: objectName,
  /** Host and path that images are pushed to, such as `registry.example/team`. */
  registry: z.string().regex(/^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9._-]+)*$/i, {
    error: 'write the host and, where there is one, the path, such as registry.example:5000/team, without http://',
  }),
  artifacts: ArtifactStoreConfig,
  /** Of the nodes that steps run on. */
  platform: z.enum(['linux/amd64', 'linux/arm64'], { error: 'is linux/amd64 or linux/arm64' }).default('linux/amd64'),
  nodeSelector: labels,
  tolerations: z.array(Toleration).default([]),
  /** Name of a Secret in the namespace that images are pulled with. */
  imagePullSecret: objectName.optional(),
  /** How many pods of one run may run at once; no limit where absent. */
  parallelism: z
    .int({ error: 'is a whole number' })
    .min(1, { error: 'is at least 1' })
    .max(10_000, { error: 'is at most 10000' })
    .optional(),
  /** Of every object and pod that a run makes. */
  labels,
})
export type ClusterProfile = z.infer<typeof ClusterProfile>

/** DNS label, so that it can stand in names of objects. */
export const TARGET_NAME = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/
/** Names that no cluster target may have: two other targets, and two addresses of the interface. */
export const TAKEN_TARGET_NAMES: ReadonlySet<string> = new Set(['process', 'docker', 'contexts', 'profiles'])

export const ClusterTargetView = z.object({
  name: z.string(),
  profile: ClusterProfile,
  /** sha256 of the canonical JSON of the profile. */
  digest: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type ClusterTargetView = z.infer<typeof ClusterTargetView>
