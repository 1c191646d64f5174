import type { Problem } from '#core/base/problem.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { CLUSTER_JOB_KINDS, CLUSTER_JOB_STATES, LocalClusterForm } from '#core/contract/local-clusters.ts'

export type JobKind = (typeof CLUSTER_JOB_KINDS)[number]
export type JobStatus = (typeof CLUSTER_JOB_STATES)[number]

export type Ports = { readonly api: number; readonly registry: number; readonly store: number }

/** A cluster of ours as it is stored. */
export type StoredCluster = {
  readonly name: string
  readonly form: LocalClusterForm
  /** Chosen when the row is made, so that everything after it knows them. */
  readonly ports: Ports
  /** `made` once: it was proven usable. `begun`: something of it may be there in the engine. `failed`: it is kept for a look. */
  readonly state: 'new' | 'begun' | 'made' | 'failed' | 'deleting'
  /** Version of kind, such as `v0.30.0`, and the image that its nodes were made of; null before they are known. */
  readonly kind: string | null
  readonly nodeImage: string | null
  /** Component -> version, such as `{argo: 'v3.7.9'}`. */
  readonly installed: Readonly<Record<string, string>>
  /** The secret of its target was made for it; one that was there before is somebody else's. */
  readonly ownsSecret?: boolean
  /** Kubeconfig files of the user that its context was added to. */
  readonly mergedInto?: readonly string[]
  readonly createdAt: number
}

export type StoredStep = {
  readonly id: string
  readonly status: 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  readonly startedAt: number | null
  readonly endedAt: number | null
}

export type StoredProblem = {
  readonly code: ProblemCode
  readonly message: string
  readonly cause: string | null
  readonly fix: string | null
}

/** A child process of a job: who finds it after the core was killed may end it. */
export type StoredChild = { readonly pid: number; readonly startedAt: string }

export type StoredJob = {
  readonly id: string
  readonly cluster: string
  /** The cluster when the job began: what a delete goes by when the row is gone. */
  readonly of: StoredCluster
  readonly kind: JobKind
  /** Of a delete: runs on it are cancelled. */
  readonly force: boolean
  readonly status: JobStatus
  readonly startedAt: number
  readonly endedAt: number | null
  readonly deadlineAt: number
  readonly steps: readonly StoredStep[]
  readonly problem: StoredProblem | null
  /** Folder of exported logs. */
  readonly logs: string | null
  /** Somebody asked to give it up; a core that comes later goes on with that. */
  readonly isCancelled: boolean
  readonly child: StoredChild | null
}

/** What a step of a job works with. */
export type StepContext = {
  /** Of the cluster now. */
  readonly cluster: () => StoredCluster
  readonly update: (change: Partial<Omit<StoredCluster, 'name' | 'createdAt'>>) => void
  /** Forgets the cluster with all its jobs but this one: nothing of it is left. */
  readonly forget: () => void
  /** Aborts at the deadline, at a cancel and when the core closes. */
  readonly signal: AbortSignal
  readonly log: (text: string) => void
  /** 0 to 1, or null where it is not known; with what it does now. */
  readonly progress: (fraction: number | null, note?: string) => void
  /** Keeps which process group works for the step, so that a later core can end it; null when it has ended. */
  readonly child: (pid: number | null) => void
}

/** A step of a job. It makes sure of something, so that it can be begun again after a core was killed in it. */
export type JobStep = {
  readonly id: string
  readonly title: string
  /** Seconds that it usually takes: what the bar of the whole is made of. */
  readonly usual: number
  readonly run: (context: StepContext) => Promise<void>
}

/** All that a kind of job does. */
export type JobPlan = {
  readonly steps: readonly JobStep[]
  /** What a cancel takes back; nothing where absent. Its steps are not shown one by one. */
  readonly undo?: (context: StepContext) => Promise<void>
  /** What is done when a step has failed: says the likely cause and where logs are. */
  readonly failed?: (fault: StepFault, context: StepContext) => Promise<{ cause: string | null; logs: string | null }>
}

/** Which step failed by what; `output`: the last lines of its log. */
export type StepFault = { readonly step: string; readonly problem: Problem; readonly output: readonly string[] }
