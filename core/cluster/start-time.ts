import { setTimeout as sleep } from 'node:timers/promises'
import { RecordReader } from '#core/attempts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { openTurns } from './turns.ts'

const AT_ONCE = 8
const AGAIN_MS = 400
/** One whose command does not begin lets others have its turn. */
const TURN_MS = 15_000

/** Looks into the logs of pods that run, a few at once. */
export type StartTimes = {
  /**
   * When the command in a pod began, in epoch ms, once it has: a pod runs a while before. Undefined where that cannot be
   * told, or the signal aborts.
   */
  of(pod: string, signal: AbortSignal): Promise<number | undefined>
  /** Somebody else who reads the log has seen it. */
  note(pod: string, time: number): void
}

export function openStartTimes(cluster: Cluster): StartTimes {
  const inTurn = openTurns(AT_ONCE)
  const noted = new Map<string, (time: number) => void>()
  const look = async (pod: string, signal: AbortSignal): Promise<number | undefined> => {
    try {
      for (;;) {
        const time = await inTurn(() => startInTime(cluster, pod, signal))
        if (time !== undefined) return time
        await sleep(AGAIN_MS, undefined, { signal, ref: false })
      }
    } catch (error) {
      // Its end will tell.
      if (signal.aborted || isProblem(error)) return undefined
      throw error
    }
  }
  return {
    note: (pod, time) => noted.get(pod)?.(time),
    async of(pod, signal) {
      const found = new AbortController()
      const told = new Promise<number>((resolve) => noted.set(pod, resolve))
      try {
        return await Promise.race([told, look(pod, AbortSignal.any([signal, found.signal]))])
      } finally {
        noted.delete(pod)
        found.abort()
      }
    },
  }
}

async function startInTime(cluster: Cluster, pod: string, signal: AbortSignal): Promise<number | undefined> {
  const late = AbortSignal.timeout(TURN_MS)
  try {
    return await startIn(cluster, pod, AbortSignal.any([signal, late]))
  } catch (error) {
    if (late.aborted && !signal.aborted && error === late.reason) return undefined
    throw error
  }
}

/** The runner's first record tells it: the log is followed until that is there. */
async function startIn(cluster: Cluster, pod: string, signal: AbortSignal): Promise<number | undefined> {
  const reader = new RecordReader()
  for await (const piece of cluster.log(pod, { container: 'main', follow: true, signal })) {
    for (const record of reader.push(Buffer.from(piece))) if (record.kind === 'started') return record.time
  }
  return undefined
}
