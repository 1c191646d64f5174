import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { pack } from 'tar-stream'
import { Readable } from 'node:stream'
import { CONTAINER } from '#core/attempts/index.ts'
import type { ImageEngine } from '../images.ts'
import { createContainer, findContainer, removeContainer } from './container-calls.ts'
import type { DockerEngine } from './engine.ts'
import { statusOf } from './engine-problems.ts'
import { isMakerAlive, LABEL, thisMaker } from './labels.ts'
import { removeOldRunners } from './runner-leftovers.ts'
import { ensureRunnerImage, readRunnerSource, RUNNER_LABEL, type RunnerSource } from './runner-image.ts'

/** Lies in a volume that is whole; it is put there last. */
const WHOLE = '.whole'
const LOOK_MS = 100

/** The volume with the step runner, which containers see read-only. */
export type RunnerVolume = {
  /** Its name; it is made where the engine has none or only half of one. Throws Problems of pulls and builds. */
  ensure(): Promise<string>
  /** It turned out to be gone or empty: the next call looks again. */
  forget(): void
}

export type RunnerVolumeOptions = {
  readonly engine: DockerEngine
  readonly images: ImageEngine
  /** Path of the runner's bundle. */
  readonly bundle: string
}

/** Nothing is done before the first call; all calls at a time share one making. */
export function openRunnerVolume(options: RunnerVolumeOptions): RunnerVolume {
  let making: Promise<string> | undefined
  return {
    async ensure() {
      const mine = (making ??= ensureVolume(options))
      try {
        return await mine
      } catch (error) {
        if (making === mine) making = undefined
        throw options.engine.asProblem(error)
      }
    },
    forget() {
      making = undefined
    },
  }
}

async function ensureVolume({ engine, images, bundle }: RunnerVolumeOptions): Promise<string> {
  const source = await readRunnerSource(bundle)
  const place: Place = { client: await engine.client(), volume: `minisub-runner-${source.mark}`, source }
  for (;;) {
    const tag = await ensureRunnerImage(images, source)
    if (await makeOrCheck(place, tag)) return place.volume
    await sleep(LOOK_MS)
  }
}

type Place = { readonly client: Dockerode; readonly volume: string; readonly source: RunnerSource }

/**
 * One container, never started, is both the lock and the means: as it is made, the engine copies what its image has at
 * the volume's place into the empty volume. False where somebody else is at it, or what was found was half-made and is
 * gone now.
 */
async function makeOrCheck(place: Place, image: string): Promise<boolean> {
  const { client, volume, source } = place
  const existed = await hasVolume(client, volume)
  if (!existed) await client.createVolume({ Name: volume, Labels: { [RUNNER_LABEL]: source.mark } })
  const id = await lock(place, image)
  if (id === undefined) return false
  let whole = false
  try {
    whole = await hasFile(client, id, WHOLE)
    if (whole || existed) return whole
    await client.getContainer(id).putArchive(markOf(), { path: CONTAINER.runner })
    whole = true
    await removeOldRunners(place.client, source.mark)
    return true
  } finally {
    await removeContainer(client, id, { force: true })
    if (!whole) await removeVolume(client, volume)
  }
}

/** The id of the container that was made; undefined where another one has its name. One of a dead maker is removed. */
async function lock({ client, volume, source }: Place, image: string): Promise<string | undefined> {
  const name = `${volume}-making`
  const Mounts: Dockerode.MountSettings[] = [{ Type: 'volume', Source: volume, Target: CONTAINER.runner }]
  const Labels = { [RUNNER_LABEL]: source.mark, [LABEL.maker]: thisMaker() }
  try {
    const body = { Image: image, Entrypoint: ['none'], Labels, HostConfig: { Mounts } }
    return (await createContainer(client, name, body)).Id
  } catch (error) {
    if (statusOf(error) !== 409) throw error
    const other = await findContainer(client, name)
    if (other !== undefined && !isMakerAlive(other.labels[LABEL.maker])) {
      await removeContainer(client, other.id, { force: true })
    }
    return undefined
  }
}

async function hasVolume(client: Dockerode, name: string): Promise<boolean> {
  try {
    await client.getVolume(name).inspect()
    return true
  } catch (error) {
    if (statusOf(error) === 404) return false
    throw error
  }
}

/** Where others use it already it stays: then it is whole, and was only looked at too early. */
async function removeVolume(client: Dockerode, name: string): Promise<void> {
  try {
    await client.getVolume(name).remove()
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error
  }
}

async function hasFile(client: Dockerode, id: string, name: string): Promise<boolean> {
  try {
    const answer = await client.getContainer(id).infoArchive({ path: `${CONTAINER.runner}/${name}` })
    // an answer that nobody reads keeps its connection, and so this process
    answer.resume()
    return true
  } catch (error) {
    if (statusOf(error) === 404) return false
    throw error
  }
}

function markOf(): Readable {
  const archive = pack()
  archive.entry({ name: WHOLE }, 'all files of the step runner are here\n')
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}
