import { execFile } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeAuthority } from '#core/runtimes/kubernetes/authority-fixture.ts'
import { kubeconfigFolder, sendJson, startLocalServer } from '#core/runtimes/kubernetes/local-cluster-fixture.ts'
import type { Measurement } from './report.ts'

const PODS = 500
/** Pods that live for a minute and change eight times in it. */
const EVENTS_PER_SECOND = (PODS * 8) / 60
const TICK_MS = 50
/** As large as Argo's are. */
const POD_BYTES = 10_000
const SECONDS = 12

/** What it costs to watch 500 pods that are busy, over TLS, in a process of its own; the floor reads the same bytes bare. */
export async function measureWatch(): Promise<Measurement[]> {
  using authority = makeAuthority()
  await using server = await startPods(authority.issue('server'))
  const ca = Buffer.from(authority.ca).toString('base64')
  using config = kubeconfigFolder({ server: server.url, 'certificate-authority-data': ca })
  const before = server.connections()
  const ours = await measureClient('ours', config.path)
  const connections = server.connections() - before
  const floor = await measureClient('bare', config.path)
  const floorName = 'https.get and JSON.parse of each line'
  const name = `watching ${PODS} pods, ${Math.round(EVENTS_PER_SECOND)} events/s`
  return [
    { name, value: ours, unit: '% core', floor, floorName, bound: 5 },
    { name: 'its connections', value: connections, unit: '', floor: null, floorName: '', bound: 1 },
  ]
}

async function startPods(tls: { cert: string; key: string }): Promise<Awaited<ReturnType<typeof startLocalServer>>> {
  let version = 1
  const items = Array.from({ length: PODS }, (_, n) => pod(n, version))
  return startLocalServer(({ url = '' }, response) => {
    if (!url.includes('watch=true')) return sendJson(response, 200, { metadata: { resourceVersion: '1' }, items })
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    let owed = 0
    const timer = setInterval(() => {
      for (owed += (EVENTS_PER_SECOND * TICK_MS) / 1000; owed >= 1; owed -= 1) tell(response, (version += 1))
    }, TICK_MS)
    response.on('close', () => clearInterval(timer))
  }, tls)
}

function tell(response: ServerResponse, version: number): void {
  response.write(`${JSON.stringify({ type: 'MODIFIED', object: pod(version % PODS, version) })}\n`)
}

function pod(n: number, version: number): object {
  const condition = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: '2026-11-26T00:00:00Z',
    reason: 'x'.repeat(20),
  }
  const variable = { name: 'ARGO_VARIABLE', value: '{"metadata":{}}', valueFrom: { fieldRef: { fieldPath: 'a.b' } } }
  const metadata = { name: `run-${n}-main-${n}`, namespace: 'ml', resourceVersion: String(version) }
  const many = <T>(it: T, bytes: number): T[] => Array.from({ length: bytes / JSON.stringify(it).length }, () => it)
  const containers = [{ name: 'main', env: many(variable, POD_BYTES * 0.6) }]
  return { kind: 'Pod', metadata, spec: { containers }, status: { conditions: many(condition, POD_BYTES * 0.4) } }
}

/** Share of a core, in percent, that a client needs once its connection stands. */
async function measureClient(kind: 'ours' | 'bare', kubeconfig: string): Promise<number> {
  const script = join(import.meta.dirname, 'watch-client.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, kind, kubeconfig, String(SECONDS)])
  const { cpuSeconds, events } = JSON.parse(stdout) as { cpuSeconds: number; events: number }
  if (events < EVENTS_PER_SECOND * SECONDS * 0.8) throw new Error(`only ${events} events came`)
  return (cpuSeconds / SECONDS) * 100
}
