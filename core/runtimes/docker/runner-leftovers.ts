import type Dockerode from 'dockerode'
import { statusOf } from './engine-problems.ts'
import { RUNNER_LABEL } from './runner-image.ts'

/** Cores of two versions may be used side by side; later their runners are only in the way. */
const OLD_MS = 24 * 3_600_000

/**
 * Removes the volumes and images of other versions of the runner that were made over a day ago, some 130 MB each, unless
 * a container uses them. A core of another version that misses its own makes it again.
 */
export async function removeOldRunners(client: Dockerode, mark: string): Promise<void> {
  const filters = JSON.stringify({ label: [RUNNER_LABEL] })
  const { Volumes: volumes } = await client.listVolumes({ filters })
  for (const { Name, Labels, ...rest } of volumes) {
    if (Labels[RUNNER_LABEL] !== mark && isOld(createdAt(rest))) await unlessUsed(client.getVolume(Name).remove())
  }
  for (const { Id, Labels, Created } of await client.listImages({ filters })) {
    if (Labels[RUNNER_LABEL] !== mark && isOld(Created * 1000))
      await unlessUsed(client.getImage(Id).remove({ force: true }))
  }
}

function isOld(madeAt: number): boolean {
  return Date.now() - madeAt > OLD_MS
}

/** The engine tells it, the types of its client do not. NaN, which is never old, where it does not. */
function createdAt(volume: object): number {
  return 'CreatedAt' in volume ? Date.parse(String(volume.CreatedAt)) : Number.NaN
}

/** What somebody uses stays, and what somebody else removed meanwhile is gone. */
async function unlessUsed(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (error) {
    if (statusOf(error) !== 409 && statusOf(error) !== 404) throw error
  }
}
