import { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { pack } from 'tar-stream'
import { CONTAINER } from '#core/attempts/index.ts'
import { createContainer, removeContainer } from './container-calls.ts'
import { statusOf } from './engine-problems.ts'

/** Lies in a volume that is whole; it is put there last. */
const WHOLE = '.whole'
const BUNDLE = 'runner.mjs'

export type CopyOptions = {
  /** Of the container that stands for the image meanwhile; one that an earlier copy left is removed. */
  readonly name: string
  /** The image of the runner. */
  readonly image: string
  readonly labels: Record<string, string>
  /** The container that has the volume at the runner's place. */
  readonly into: string
}

/**
 * Fills the runner's volume from its image, for engines that fill a volume as a container starts (Podman) and not as it
 * is made. All of it comes through this machine, some 130 MB each way.
 */
export async function copyRunner(client: Dockerode, { name, image, labels, into }: CopyOptions): Promise<void> {
  await removeContainer(client, name, { force: true })
  const { Id } = await createContainer(client, name, { Image: image, Entrypoint: ['none'], Labels: labels })
  try {
    const files = await client.getContainer(Id).getArchive({ path: `${CONTAINER.runner}/.` })
    await client.getContainer(into).putArchive(files, { path: CONTAINER.runner })
  } finally {
    await removeContainer(client, Id, { force: true })
  }
}

/** Says of the volume that a container has at the runner's place that it holds all of it. */
export async function markWhole(client: Dockerode, id: string): Promise<void> {
  await client.getContainer(id).putArchive(markOf(), { path: CONTAINER.runner })
}

/** Whether that was said. */
export async function isWhole(client: Dockerode, id: string): Promise<boolean> {
  return hasFile(client, id, WHOLE)
}

/** Whether the engine has filled the volume as it made the container: that is done as a whole, or not at all. */
export async function hasRunner(client: Dockerode, id: string): Promise<boolean> {
  return hasFile(client, id, BUNDLE)
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
