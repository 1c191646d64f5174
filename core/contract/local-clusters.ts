import { z } from 'zod'
import { TAKEN_TARGET_NAMES, TARGET_NAME } from './cluster-targets.ts'

/** The name that a local cluster has where nobody names one; also that of its target. */
export const LOCAL_CLUSTER = 'local-cluster'

/** Of a cluster of ours, of its kind cluster, and of the target that it becomes: a DNS label. */
export const clusterName = z.string().regex(TARGET_NAME, {
  error: 'not a name of a cluster: 2 to 40 lower-case letters, digits and -, with a letter first and no - at the end',
})

const quantity = z.string().regex(/^\d+(?:\.\d+)?(?:m|[KMGT]i?)?$/, {
  error: 'not a quantity of Kubernetes: write it as in 2, 500m or 4Gi',
})
/** 0: a free one is chosen. */
const port = z.int().min(0, { error: 'a port is 0 to 65535' }).max(65_535, { error: 'a port is 0 to 65535' }).default(0)

const MINUTES = 'from 1 to 240 minutes'

/** Of other targets and addresses, and `new`, which is the page that makes one. */
const TAKEN_NAMES: ReadonlySet<string> = new Set([...TAKEN_TARGET_NAMES, 'new'])

/** What a local cluster is to be like. Everything has a default. */
export const LocalClusterForm = z.strictObject({
  name: clusterName
    .refine((name) => !TAKEN_NAMES.has(name), {
      error: ({ input }) => `the name ${String(input)} is taken: choose another`,
    })
    .default(LOCAL_CLUSTER),
  /** Image of the nodes; the pinned one of this version, or that of the setting `cluster.nodeImage`, where absent. */
  nodeImage: z.string().min(1, { error: 'is empty' }).max(512).optional(),
  /** Nodes beside the control plane, which runs pods too. */
  workers: z.int().min(0).max(8, { error: 'at most 8 workers' }).default(0),
  /** On the loopback of this machine. */
  apiPort: port,
  registryPort: port,
  storePort: port,
  /** Absolute path of a file with a configuration of kind, which ours is laid over. */
  config: z
    .string()
    .regex(/^(?:\/|[A-Za-z]:[\\/])/, { error: 'an absolute path' })
    .optional(),
  /** Of all pods of runs together; no quota where absent. */
  quotaCpu: quantity.optional(),
  quotaMemory: quantity.optional(),
  /** What a container gets that asks for nothing; no limit range where absent. */
  defaultCpu: quantity.optional(),
  defaultMemory: quantity.optional(),
  /** Whether kind may be downloaded where PATH has none that fits. */
  download: z.boolean().default(false),
  /** After so long it is given up. */
  deadlineMinutes: z.int().min(1, { error: MINUTES }).max(240, { error: MINUTES }).default(20),
})
export type LocalClusterForm = z.output<typeof LocalClusterForm>

/** One thing that a local cluster needs of this machine. Faults of level `error` stop, others do not. */
export const ClusterCheck = z.object({
  /** Stable, such as `engine`, `ports`, `inotify`. */
  id: z.string(),
  title: z.string(),
  level: z.enum(['ok', 'info', 'warning', 'error']),
  /** What was found. */
  found: z.string(),
  /** What to do about it; null where nothing is wrong. */
  fix: z.string().nullable(),
})
export type ClusterCheck = z.infer<typeof ClusterCheck>

export const ClusterPreflight = z.object({
  /** No check is an error. */
  ok: z.boolean(),
  checks: z.array(ClusterCheck),
})
export type ClusterPreflight = z.infer<typeof ClusterPreflight>

export const CLUSTER_JOB_KINDS = ['create', 'delete', 'start', 'stop', 'upgrade'] as const
export const CLUSTER_JOB_STATES = ['running', 'succeeded', 'failed', 'cancelled'] as const

export const ClusterJobStep = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['pending', 'running', 'succeeded', 'failed', 'cancelled']),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** 0 to 1 where it is known; null else. */
  progress: z.number().nullable(),
  /** What it does right now, such as `12 MB of 300 MB`. */
  note: z.string().nullable(),
})
export type ClusterJobStep = z.infer<typeof ClusterJobStep>

/** Work on a cluster, kept in the store: a core that is killed in between is followed by one that goes on. */
export const ClusterJobView = z.object({
  id: z.string(),
  cluster: z.string(),
  kind: z.enum(CLUSTER_JOB_KINDS),
  status: z.enum(CLUSTER_JOB_STATES),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  deadlineAt: z.iso.datetime(),
  /** Of the whole, by the usual time of each step. */
  progress: z.number(),
  steps: z.array(ClusterJobStep),
  /** Why it failed: what happened, the likely cause in one sentence, and what to do. */
  problem: z
    .object({ code: z.string(), message: z.string(), cause: z.string().nullable(), fix: z.string().nullable() })
    .nullable(),
  /** Folder with what `kind export logs` gave. */
  logs: z.string().nullable(),
})
export type ClusterJobView = z.infer<typeof ClusterJobView>

const CLUSTER_STATES = ['creating', 'failed', 'deleting', 'stopped', 'unreachable', 'ready'] as const

/** A cluster that was made here. */
export const LocalClusterView = z.object({
  name: z.string(),
  state: z.enum(CLUSTER_STATES),
  /** Cause and fix where it is failed, stopped or unreachable. */
  reason: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Absolute path of its own kubeconfig file. */
  kubeconfig: z.string(),
  context: z.string(),
  /** Name of the target that it is; null where it is not ready yet. */
  target: z.string().nullable(),
  form: LocalClusterForm,
  ports: z.object({ api: z.int(), registry: z.int(), store: z.int() }),
  /** Version of kind that made it, and image of its nodes. */
  kind: z.string().nullable(),
  nodeImage: z.string().nullable(),
  /** What was installed, such as `{argo: 'v3.7.9'}`, and whether this version has newer ones. */
  installed: z.record(z.string(), z.string()),
  upgradable: z.boolean(),
  nodes: z.array(z.object({ name: z.string(), role: z.string(), state: z.string() })),
  /** The latest one. */
  job: ClusterJobView.nullable(),
})
export type LocalClusterView = z.infer<typeof LocalClusterView>

/** A cluster that somebody else made on this machine. */
export const FoundCluster = z.object({
  /** Such as `kind`, `k3d`, `minikube`, `Docker Desktop`. */
  tool: z.string(),
  name: z.string(),
  /** Of the kubeconfig files that the core finds; null where none leads there. */
  context: z.string().nullable(),
  kubeconfig: z.array(z.string()),
  state: z.enum(['running', 'stopped', 'unknown']),
  /** Names of the targets that lead there. */
  targets: z.array(z.string()),
})
export type FoundCluster = z.infer<typeof FoundCluster>

export const ClusterLogLine = z.object({ at: z.number(), step: z.string(), text: z.string() })
export type ClusterLogLine = z.infer<typeof ClusterLogLine>

export const ClusterNodeUse = z.object({
  node: z.string(),
  /** In cores. */
  cpu: z.number(),
  memoryBytes: z.number(),
  memoryLimitBytes: z.number(),
})

export const ClusterEvent = z.object({
  at: z.string().nullable(),
  type: z.string(),
  reason: z.string(),
  object: z.string(),
  namespace: z.string(),
  message: z.string(),
  count: z.int(),
})

export const ClusterImage = z.object({
  /** `sha256:…`. */
  id: z.string(),
  tags: z.array(z.string()),
  sizeBytes: z.number(),
  nodes: z.array(z.string()),
})
export type ClusterImage = z.infer<typeof ClusterImage>
