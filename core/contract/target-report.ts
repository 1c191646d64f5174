import { z } from 'zod'

/** A context of kubeconfig files that a target can be made of. */
export const KubeContextView = z.object({
  name: z.string(),
  /** Of the API server, such as `https://10.0.0.1:6443`; null where the files have no such cluster. */
  server: z.string().nullable(),
  /** `default` where the files name none. */
  namespace: z.string(),
  /** Empty where the files name none. */
  user: z.string(),
  /** The one that kubectl would use. */
  isCurrent: z.boolean(),
})
export type KubeContextView = z.infer<typeof KubeContextView>

export const KubeContexts = z.object({
  /** Absolute paths of the files that were read. */
  kubeconfig: z.array(z.string()),
  contexts: z.array(KubeContextView),
})
export type KubeContexts = z.infer<typeof KubeContexts>

/** One thing that a run on a target needs. */
export const TargetCheck = z.object({
  /** Stable, such as `reach`, `rights:workflows`, `bucket-from-pod`. */
  id: z.string(),
  title: z.string(),
  status: z.enum(['passed', 'failed', 'warning', 'skipped']),
  /** What was found: `Kubernetes v1.34.10`, or the cluster's own words. */
  found: z.string(),
  /** What to do about it; null where nothing is wrong. */
  fix: z.string().nullable(),
  seconds: z.number(),
})
export type TargetCheck = z.infer<typeof TargetCheck>

export const TargetReport = z.object({
  target: z.string(),
  /** No check failed. */
  ok: z.boolean(),
  checks: z.array(TargetCheck),
})
export type TargetReport = z.infer<typeof TargetReport>

const LINE = /^(passed|failed|warning|skipped) (\S+) \[([^\]]*)\] (.*)$/s

/** The line of progress of a check that is done, for people and programs alike: `passed reach [API server] v1.34.10`. */
export function checkLine({ status, id, title, found }: TargetCheck): string {
  return `${status} ${id} [${title}] ${found}`
}

/** Reads what a line of progress says of a check; undefined of every other line. */
export function readCheckLine(line: string): Pick<TargetCheck, 'status' | 'id' | 'title' | 'found'> | undefined {
  const [, status, id, title, found] = LINE.exec(line) ?? []
  const known = TargetCheck.shape.status.safeParse(status).data
  if (known === undefined || id === undefined || title === undefined || found === undefined) return undefined
  return { status: known, id, title, found }
}
