import { mkdtempSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRegistryWrites } from '#core/registry/index.ts'
import { openBlobs, removeTree } from '#core/store/index.ts'
import { openArtifactReads, openTracking } from '#core/tracking/index.ts'
import { openMlflow } from './open-mlflow.ts'
import { openTrackedReads } from './open-reads.ts'

/**
 * A server of the protocol on a data folder of its own. There are the run `run` of experiment 0, the run `elsewhere` whose
 * artifacts lie in a bucket, the logged model `m-1`, and version 1 of the model `model` made of it.
 */
export async function startArtifacts() {
  const home = mkdtempSync(join(tmpdir(), 'minisub-mlflow-artifacts-'))
  await fill(home)
  const tracking = openTracking(home)
  const faults: unknown[] = []
  const blobs = openBlobs(join(home, 'blobs'))
  const bigReads = openTrackedReads({ home, tracking })
  const mlflow = openMlflow({ tracking, bigReads, blobs, onBug: (error) => faults.push(error) })
  const http = createServer((request, response) => {
    const target = mlflow.find(request)
    if (target === undefined) response.writeHead(404).end()
    else mlflow.handle(target, request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    home,
    artifacts: openArtifactReads(tracking.db),
    url: `http://127.0.0.1:${port}`,
    port,
    /** What was thrown that is no answer to a client: bugs. */
    faults,
    /** Files in the blob store, half written ones too. */
    files: () => filesOf(join(home, 'blobs')),
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await bigReads[Symbol.asyncDispose]()
      tracking[Symbol.dispose]()
      await removeTree(home)
    },
  }
}

/** Makes what is there with ids that are easy to read, which nobody may choose. */
async function fill(home: string): Promise<void> {
  using tracking = openTracking(home)
  const { db, queue, writes } = tracking
  await writes.createRun({ experimentId: '0', name: 'run' })
  await writes.createRun({ experimentId: '0', name: 'elsewhere' })
  await writes.createLoggedModel({ experimentId: '0', name: 'm-1' })
  db.exec(`
    UPDATE runs SET run_id = name, artifact_uri = 'mlflow-artifacts:/0/run/artifacts';
    UPDATE runs SET artifact_uri = 's3://bucket/elsewhere' WHERE name = 'elsewhere';
    UPDATE logged_models SET model_id = name, artifact_uri = 'mlflow-artifacts:/0/models/m-1/artifacts';
  `)
  const registry = openRegistryWrites({ db, queue })
  await registry.createModel({ name: 'model' })
  await registry.createVersion({ name: 'model', source: 'models:/m-1', modelId: 'm-1' })
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

export const PROXY = '/api/2.0/mlflow-artifacts/artifacts'

/** Asks the server whose address it is then. */
export function clientOf(url: () => string) {
  const ask = async (path: string, init: RequestInit = {}) => fetch(`${url()}${path}`, init)
  return {
    ask,
    put: async (path: string, body: NonNullable<RequestInit['body']>) =>
      ask(`${PROXY}/${path}`, { method: 'PUT', body }),
    json: async (path: string): Promise<unknown> => (await ask(path)).json(),
  }
}

/** Status, code and message of an error body. */
export async function refusal(answer: Promise<Response>): Promise<[number, unknown, unknown]> {
  const response = await answer
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- looked at by the test
  const body = (await response.json()) as { error_code: unknown; message: unknown }
  return [response.status, body.error_code, body.message]
}
