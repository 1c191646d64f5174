import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { RunnerSpec } from '#core/attempts/index.ts'
import { pastProxies } from '#core/base/past-proxies.ts'
import type { RecordWriter } from '../record-writer.ts'
import { openLineKeeper } from './line-keeper.ts'
import { openLiveFeed } from './live-feed.ts'
import { openOwnFiles } from './own-files.ts'
import { openRoutes } from './routes.ts'
import { listen } from './server.ts'

/** What a runner does beside a command that may track. */
export type StepTracking = {
  /** What is laid over the variables of the container for the command. */
  readonly env: Readonly<Record<string, string>>
  /** For when all that could call is over: what is kept is whole then, and told as far as it fits. */
  end(): Promise<void>
}

/**
 * Listens for MLflow's client of a step, where its spec says so and the step has no server of its own. Throws the error of
 * the system.
 */
export async function openStepTracking({ tracking, env }: RunnerSpec, writer: RecordWriter): Promise<StepTracking> {
  if (tracking === undefined || 'MLFLOW_TRACKING_URI' in env) return { env, end: () => Promise.resolve() }
  const { run, experiment, folder } = tracking
  const token = randomBytes(24).toString('base64url')
  const onLost = (error: unknown): void => void writer.write(`e${Date.now()} ${lostWords(error)}\n`)
  const keeper = openLineKeeper({ folder, now: Date.now, onLost })
  const server = await listen(token, () => openRoutes(tracking, { keeper, files: openOwnFiles(folder) }))
  const feed = openLiveFeed(folder, writer)
  return {
    env: {
      MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.port}`,
      MLFLOW_TRACKING_TOKEN: token,
      MLFLOW_EXPERIMENT_ID: experiment,
      MLFLOW_RUN_ID: run,
      ...env,
      ...pastProxies({ ...process.env, ...env }),
    },
    async end() {
      server.close()
      keeper.flush()
      keeper.close()
      await feed.end(existsSync(folder))
    },
  }
}

/** For the log of the step: whoever sent the points was told that they are kept. */
function lostWords(error: unknown): string {
  const why = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
  return `mini-submarine: points of metrics could not be kept: ${why}`
}
