import { batchOf } from './tracking-load.ts'

/** Calls of MLflow's protocol on a port of this machine. */
export type TrackingClient = {
  readonly port: number
  readonly token: string
  get(path: string): Promise<unknown>
  post(path: string, body: object): Promise<unknown>
}

export function trackingClient(port: number, token: string): TrackingClient {
  const call = async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${path}`, {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${text}`)
    return JSON.parse(text)
  }
  return { port, token, get: (path) => call(path), post: call }
}

/** The id of a new run, of the default experiment where none is named. */
export async function createRun(client: TrackingClient, experiment_id = '0'): Promise<string> {
  const made = (await client.post('runs/create', { experiment_id, start_time: Date.now() })) as {
    run: { info: { run_id: string } }
  }
  return made.run.info.run_id
}

/** A run with so many batches of 1,000 points of one metric, `batch`. */
export async function seedHistory(client: TrackingClient, batches: number): Promise<string> {
  const run = await createRun(client)
  for (let batch = 0; batch < batches; batch += 1) {
    await client.post('runs/log-batch', JSON.parse(batchOf(run, 1 + batch * 1_000)) as object)
  }
  return run
}

/** The id of a new experiment with runs that have so many metrics and as many parameters. */
export async function seedRuns(
  client: TrackingClient,
  { runs, keys }: { runs: number; keys: number },
): Promise<string> {
  const name = `of ${runs} runs`
  const { experiment_id } = (await client.post('experiments/create', { name })) as { experiment_id: string }
  let left = runs
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const run = await createRun(client, experiment_id)
      const names = Array.from({ length: keys }, (_, index) => index)
      const metrics = names.map((index) => ({ key: `m${index}`, value: index + left, timestamp: Date.now(), step: 0 }))
      const params = names.map((index) => ({ key: `p${index}`, value: `${index} of ${left}` }))
      await client.post('runs/log-batch', { run_id: run, metrics, params })
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return experiment_id
}
