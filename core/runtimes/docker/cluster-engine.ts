import type Dockerode from 'dockerode'
import type { ClusterEngine } from '#core/runtimes/cluster-engine.ts'
import { isProblem, Problem } from '../../base/problem.ts'
import { listContainers, removeNamed, startNamed, stopNamed } from './cluster-engine-containers.ts'
import { ensureContainer } from './cluster-engine-ensure.ts'
import { execIn } from './cluster-engine-exec.ts'
import { factsOf } from './cluster-engine-facts.ts'
import { listNetworks, listVolumes, removeNetwork, removeVolume } from './cluster-engine-networks.ts'
import { saveImages } from './cluster-engine-save.ts'
import { useOf } from './cluster-engine-use.ts'
import type { DockerEngine } from './engine.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

/** What an engine answers with an error is no bug here. */
function refused(error: unknown): unknown {
  if (isProblem(error) || statusOf(error) === undefined) return error
  const message = `the container engine refuses (${reasonOf(error)}): look at what it says, then try again`
  return new Problem('engine_unavailable', message, { cause: error })
}

/** What local clusters need of a container engine. Nothing is connected until the first call. */
export function openClusterEngine({ engine }: { readonly engine: DockerEngine }): ClusterEngine {
  const guarded = async <Result>(work: (client: Dockerode) => Promise<Result>): Promise<Result> => {
    try {
      return await work(await engine.client())
    } catch (error) {
      throw refused(engine.asProblem(error))
    }
  }
  const streamed = async <Result>(work: (client: Dockerode) => Promise<Result>): Promise<Result> =>
    guarded(async () => work(await engine.streams()))
  return {
    facts: () => guarded(async (client) => factsOf(client, await engine.address())),
    containers: (labels) => guarded((client) => listContainers(client, labels)),
    networks: () => guarded(listNetworks),
    ensureContainer: (spec) => guarded((client) => ensureContainer(client, spec)),
    startContainer: (name) => guarded((client) => startNamed(client, name)),
    // The engine is silent for as long as the container has to end.
    stopContainer: (name, graceSeconds) => streamed((client) => stopNamed(client, name, graceSeconds)),
    removeContainer: (name) => guarded((client) => removeNamed(client, name)),
    removeVolume: (name) => guarded((client) => removeVolume(client, name)),
    removeNetwork: (name) => guarded((client) => removeNetwork(client, name)),
    volumes: (label) => guarded((client) => listVolumes(client, label)),
    exec: (container, command, options = {}) =>
      streamed((client) => execIn(client, { container, command, ...options })),
    save: (images, signal) => streamed((client) => saveImages(client, images, { engine, signal })),
    use: (container) => guarded((client) => useOf(client, container)),
  }
}
