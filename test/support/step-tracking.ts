import type { TrackingLine } from '#core/contract/tracking-line.ts'
import type { StepTracking, TrackedAttempt } from '#core/pipelines/index.ts'

/** A tracking that keeps what it is told: lines as the port promises to do them, each once and in order. */
export type RecordingTracking = StepTracking & {
  lines(step: string, of?: { readonly item?: number; readonly attempt?: number }): readonly TrackingLine[]
  /** The bodies of the points of a step, in order. */
  points(step: string): readonly unknown[]
}

const keyOf = ({ step, item, attempt }: Omit<TrackedAttempt, 'run'>): string => `${step}/${item ?? ''}/${attempt}`

export function recordingTracking(): RecordingTracking {
  const all = new Map<string, TrackingLine[]>()
  const linesOf = (step: string, { item, attempt = 1 }: { item?: number; attempt?: number } = {}): TrackingLine[] =>
    all.get(keyOf({ step, item: item ?? null, attempt })) ?? []
  return {
    tokenOf: () => 'no token',
    variables: () => Promise.resolve({}),
    // not those that a pod makes up
    ids: ({ step, item }) => Promise.resolve({ run: `${step}${item ?? ''}`.padEnd(32, '0'), experiment: '42' }),
    take(attempt, lines) {
      const key = keyOf(attempt)
      const known = all.get(key) ?? []
      all.set(key, known)
      for (const line of lines) if (line.n === known.length + 1) known.push(line)
      return Promise.resolve()
    },
    register: () => Promise.reject(new Error('nothing is registered here')),
    lines: linesOf,
    points: (step) =>
      linesOf(step).flatMap(({ path, body }) =>
        path === 'runs/log-batch' ? ((body['metrics'] ?? []) as readonly unknown[]) : [],
      ),
  }
}

/**
 * A Python program that calls MLflow's routes without its client: `MLFLOW` is a function of a path and a body. What follows
 * it is the program itself.
 */
export const CALLS = `
import json, os, sys, time, urllib.request
U, R, E = (os.environ[f"MLFLOW_{it}"] for it in ("TRACKING_URI", "RUN_ID", "EXPERIMENT_ID"))
def call(method, path, data):
    head = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(U + path, data, head, method=method)) as answer:
        return answer.read()
def mlflow(path, **body):
    return json.loads(call("POST", "/api/2.0/mlflow/" + path, json.dumps(body).encode()))
def metric(key, value, step=0):
    mlflow("runs/log-metric", run_id=R, key=key, value=value, timestamp=1, step=step)
def put(path, data):
    call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{E}/{R}/artifacts/{path}", data)
`
