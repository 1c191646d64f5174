import type Dockerode from 'dockerode'
import type { ContainerSpec } from '#core/runtimes/cluster-engine.ts'
import { Problem } from '../../base/problem.ts'
import { startFault, startNamed } from './cluster-engine-containers.ts'
import { createContainer, findContainer, removeContainer, type FoundContainer } from './container-calls.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

const LOOPBACK = '127.0.0.1'

/**
 * Makes sure that a container of this name and these labels runs. One that was made and never started, as by a process
 * that was killed, is made anew; one that cannot be started for the first time is removed again. Throws Problem
 * `image_unavailable`, `port_taken`, `not_found` for a network that is gone, and `conflict` where the name is another's.
 */
export async function ensureContainer(client: Dockerode, spec: ContainerSpec): Promise<void> {
  const found = await findContainer(client, spec.name)
  if (found !== undefined) {
    refuseForeign(found.labels, spec, `a container ${spec.name}`)
    if (found.state.phase === 'running') return
    if (found.state.phase === 'ended') {
      await startNamed(client, spec.name)
      return
    }
    await removeContainer(client, found.id, { force: true })
  }
  await refuseMissing(client, spec)
  for (const volume of Object.keys(spec.volumes ?? {})) await ensureVolume(client, volume, spec)
  const id = await make(client, spec)
  try {
    await startNamed(client, spec.name)
  } catch (error) {
    await removeContainer(client, id, { force: true })
    throw error
  }
}

/** A volume that is there is taken where it is of the same owner. */
async function ensureVolume(client: Dockerode, name: string, spec: ContainerSpec): Promise<void> {
  await client.createVolume({ Name: name, Labels: { ...spec.labels } })
  const { Labels } = await client.getVolume(name).inspect()
  refuseForeign(Labels, spec, `a volume ${name}`)
}

/** Before anything is made for it. */
async function refuseMissing(client: Dockerode, { image }: ContainerSpec): Promise<void> {
  try {
    await client.getImage(image).inspect()
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    throw missingImage(image, error)
  }
}

function missingImage(image: string, cause: unknown): Problem {
  const message = `the container engine does not have the image ${image}: pull it, then try again`
  return new Problem('image_unavailable', message, { cause })
}

async function make(client: Dockerode, spec: ContainerSpec): Promise<string> {
  try {
    return (await createContainer(client, spec.name, bodyOf(spec))).Id
  } catch (error) {
    if (statusOf(error) === 404 && /^no such image|image not known/i.test(reasonOf(error)))
      throw missingImage(spec.image, error)
    if (statusOf(error) === 409) throw taken(`a container ${spec.name}`, error)
    throw startFault(error, spec.name)
  }
}

function bodyOf({ image, labels, env = {}, network, ports, volumes = {}, restarts }: ContainerSpec) {
  const inside = Object.entries(ports).map(([port, host]) => [`${port}/tcp`, host] as const)
  return {
    Image: image,
    Labels: { ...labels },
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: Object.fromEntries(inside.map(([port]) => [port, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(
        inside.map(([port, host]) => [port, [{ HostIp: LOOPBACK, HostPort: String(host) }]]),
      ),
      Mounts: Object.entries(volumes).map(([name, path]) => ({ Type: 'volume' as const, Source: name, Target: path })),
      RestartPolicy: { Name: restarts ? 'unless-stopped' : 'no' },
      ...(network === undefined ? {} : { NetworkMode: network }),
    },
  } satisfies Dockerode.ContainerCreateOptions
}

/** Everything that the spec names must be there; further labels do not matter. */
function refuseForeign(labels: FoundContainer['labels'] | null, { labels: ours }: ContainerSpec, what: string): void {
  if (Object.entries(ours).every(([name, value]) => labels?.[name] === value)) return
  throw taken(what)
}

function taken(what: string, cause?: unknown): Problem {
  const message = `there is ${what} that was not made by this: remove or rename that one, or choose another name`
  return new Problem('conflict', message, { cause })
}
