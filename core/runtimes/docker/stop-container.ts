import { setTimeout as sleep } from 'node:timers/promises'
import { signalContainer } from './container-calls.ts'
import { RUNNER_GRACE_MS } from './container-spec.ts'
import { updateContainerRecord } from './container-record.ts'
import type { DockerEngine } from './engine.ts'
import type { LiveContainer } from './live-container.ts'

/** The runner kills by itself then, and can still tell how that went. */
const LAST_RECORD_MS = 1_000

/** Asks a container to end, and kills it after the grace; returns when it does not run any more. */
export async function stopContainer(engine: DockerEngine, live: LiveContainer, graceMs: number): Promise<void> {
  if (live.isOver) return
  updateContainerRecord(live.folder, { asked: true })
  const client = await engine.client()
  if (graceMs > 0) {
    await signalContainer(client, live.id, 'SIGTERM')
    if (await endsWithin(live, graceMs >= RUNNER_GRACE_MS ? graceMs + LAST_RECORD_MS : graceMs)) return
  }
  await signalContainer(client, live.id, 'SIGKILL')
  await live.done
}

async function endsWithin(live: LiveContainer, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const timeout = sleep(ms, false, { signal: timer.signal }).catch(() => false)
  try {
    return await Promise.race([live.done.then(() => true), timeout])
  } finally {
    timer.abort()
  }
}
