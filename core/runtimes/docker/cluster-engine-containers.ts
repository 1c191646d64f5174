import type Dockerode from 'dockerode'
import type { EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { Problem } from '../../base/problem.ts'
import { findContainer, removeContainer } from './container-calls.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

/** Every container with all these labels, also stopped ones, in the order of their names. */
export async function listContainers(client: Dockerode, labels: readonly string[]): Promise<EngineContainer[]> {
  const found = await client.listContainers({ all: true, filters: { label: [...labels] } })
  const containers = found.map((info): EngineContainer => {
    // What a call tells of a container with none of them is null, whatever the types say.
    const some: Partial<Pick<typeof info, 'Labels' | 'Ports' | 'Names' | 'NetworkSettings'>> = info
    const names = (some.Names ?? []).map((name) => name.replace(/^\//, ''))
    const ports = (some.Ports ?? []).map(({ PublicPort }) => PublicPort).filter((port) => port > 0)
    const networks = Object.keys(some.NetworkSettings?.Networks ?? {})
    return {
      id: info.Id,
      // A link of an old kind is a second name, with that of the other container before it.
      name: names.find((name) => !name.includes('/')) ?? info.Id,
      image: info.Image,
      state: info.State,
      labels: some.Labels ?? {},
      hostPorts: [...new Set(ports)],
      ...(networks.length === 0 ? {} : { networks }),
    }
  })
  return containers.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Starts a container; one that runs already stays so. Throws Problem `not_found` or `port_taken`. */
export async function startNamed(client: Dockerode, name: string): Promise<void> {
  try {
    await client.getContainer(name).start()
  } catch (error) {
    if (statusOf(error) === 304) return
    throw startFault(error, name)
  }
}

/** Asks it to end, and kills it after so many seconds; one that has ended stays so. Throws Problem `not_found`. */
export async function stopNamed(client: Dockerode, name: string, graceSeconds: number): Promise<void> {
  try {
    await client.getContainer(name).stop({ t: Math.ceil(graceSeconds) })
  } catch (error) {
    if (statusOf(error) === 304) return
    throw missingFault(error, name)
  }
}

/** Removes it with its anonymous volumes, whether it runs or not; false where there is none. */
export async function removeNamed(client: Dockerode, name: string): Promise<boolean> {
  const found = await findContainer(client, name)
  if (found === undefined) return false
  await removeContainer(client, found.id, { force: true })
  return true
}

const PORT_TAKEN = /port is already allocated|address already in use|ports? (?:are|is) not available/i

/** The Problem that a refused start stands for; the error itself where it is none. */
export function startFault(error: unknown, name: string): unknown {
  if (statusOf(error) === undefined) return error
  const reason = reasonOf(error)
  if (PORT_TAKEN.test(reason)) {
    const port = /:(\d+)(?= failed|: bind|:? ?.*address already in use| -> )/.exec(reason)?.[1]
    const which = port === undefined ? 'a port' : `the port ${port}`
    const message = `${which} of ${name} is taken by another program: end that one, or choose another port`
    return new Problem('port_taken', message, { cause: error, details: reason })
  }
  if (statusOf(error) === 404 && /network .*not found/i.test(reason)) {
    const message = `the network of the container ${name} is gone (${reason}): create the cluster again`
    return new Problem('not_found', message, { cause: error })
  }
  return missingFault(error, name)
}

/** Where there is no such container; the error itself else. */
export function missingFault(error: unknown, name: string): unknown {
  if (statusOf(error) !== 404) return error
  const message = `the container ${name} is gone from the container engine: create the cluster again`
  return new Problem('not_found', message, { cause: error })
}
