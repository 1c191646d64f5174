import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { CONTAINER } from '#core/attempts/index.ts'
import type { ImageEngine } from '../images.ts'
import { createContainer, findContainer, removeContainer } from './container-calls.ts'
import type { DockerEngine } from './engine.ts'
import { statusOf } from './engine-problems.ts'
import { isBeingMade, LABEL, thisMaker, whileMaking } from './labels.ts'
import { copyRunner, hasRunner, isWhole, markWhole } from './runner-copy.ts'
import { removeOldRunners } from './runner-leftovers.ts'
import { ensureRunnerImage, readRunnerSource, RUNNER_LABEL, type RunnerSource } from './runner-image.ts'

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
 * One container, never started, is both the lock and the means: as it is made, Docker copies what its image has at the
 * volume's place into the empty volume, and where the engine does not it is copied in. False where somebody else is at
 * it, or what was found was half-made and is gone now.
 */
async function makeOrCheck(place: Place, image: string): Promise<boolean> {
  const { client, volume, source } = place
  const existed = await hasVolume(client, volume)
  if (!existed) await client.createVolume({ Name: volume, Labels: { [RUNNER_LABEL]: source.mark } })
  const whole = await whileMaking(lockName(place), () => fillOrCheck(place, image, existed))
  if (whole === undefined) await removeDeadLock(place)
  return whole === true
}

/** Undefined where another one has the lock. */
async function fillOrCheck(place: Place, image: string, existed: boolean): Promise<boolean | undefined> {
  const { client, volume, source } = place
  const id = await lock(place, image)
  if (id === undefined) return undefined
  let whole = false
  try {
    whole = await isWhole(client, id)
    if (whole || existed) return whole
    if (!(await hasRunner(client, id)))
      await copyRunner(client, { name: `${volume}-source`, image, labels: labelsOf(place), into: id })
    await markWhole(client, id)
    whole = true
    await removeOldRunners(client, source.mark)
    return true
  } finally {
    await removeContainer(client, id, { force: true })
    if (!whole) await removeVolume(client, volume)
  }
}

/** The id of the container that was made; undefined where another one has its name. */
async function lock(place: Place, image: string): Promise<string | undefined> {
  const Mounts: Dockerode.MountSettings[] = [{ Type: 'volume', Source: place.volume, Target: CONTAINER.runner }]
  try {
    const body = { Image: image, Entrypoint: ['none'], Labels: labelsOf(place), HostConfig: { Mounts } }
    return (await createContainer(place.client, lockName(place), body)).Id
  } catch (error) {
    if (statusOf(error) !== 409) throw error
    return undefined
  }
}

function lockName({ volume }: Place): string {
  return `${volume}-making`
}

function labelsOf({ source }: Place): Record<string, string> {
  return { [RUNNER_LABEL]: source.mark, [LABEL.maker]: thisMaker() }
}

/** Removes the container of a maker that is dead, or gave it up. */
async function removeDeadLock(place: Place): Promise<void> {
  const name = lockName(place)
  const other = await findContainer(place.client, name)
  if (other === undefined || isBeingMade(name, other.labels[LABEL.maker])) return
  await removeContainer(place.client, other.id, { force: true })
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
