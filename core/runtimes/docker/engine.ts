import { connect } from 'node:net'
import type Dockerode from 'dockerode'
import { systemCode } from '#core/files/index.ts'
import { findAddresses, theSurroundings, type EngineAddress, type Surroundings } from './engine-address.ts'
import { clientsOf, type EngineClients } from './engine-connection.ts'
import { describeEngine, type EngineDescription } from './engine-description.ts'
import { addressText, engineProblem, isUnreachable, noEngine } from './engine-problems.ts'

export type { EngineDescription }

export type DockerEngineOptions = {
  /** The setting `docker.host`, looked at on each call; undefined or empty where the engine is to be looked for. */
  readonly host?: () => string | undefined
  /** Environment, home folder and files; the real ones by default. */
  readonly surroundings?: Surroundings
}

/**
 * The container engine of this machine or the one that was named. It is looked for on first use, and again after it did
 * not answer. What it throws itself are Problems: `engine_unavailable`, `engine_forbidden`.
 */
export type DockerEngine = {
  /** For short calls: one without an answer for two minutes fails. */
  client(): Promise<Dockerode>
  /** For what may be silent for long: logs, waits, pulls, builds. */
  streams(): Promise<Dockerode>
  describe(): Promise<EngineDescription>
  /** Where it was found. */
  address(): Promise<EngineAddress>
  /** The Problem that an error of one of its calls stands for; the error itself where it stands for none. */
  asProblem(error: unknown): unknown
}

type Found = { readonly address: EngineAddress; readonly clients: EngineClients }

/** Nothing is connected until the first call. */
export function openDockerEngine(options: DockerEngineOptions = {}): DockerEngine {
  return new Engine(options)
}

class Engine implements DockerEngine {
  readonly #host: () => string | undefined
  readonly #around: Surroundings
  #setting: string | undefined
  #looking: Promise<Found> | undefined
  #address: EngineAddress | undefined

  constructor({ host, surroundings }: DockerEngineOptions) {
    this.#host = host ?? ((): undefined => undefined)
    this.#around = surroundings ?? theSurroundings()
  }

  async client(): Promise<Dockerode> {
    return (await this.#find()).clients.calls
  }

  async streams(): Promise<Dockerode> {
    return (await this.#find()).clients.streams
  }

  async describe(): Promise<EngineDescription> {
    const { address, clients } = await this.#find()
    try {
      return await describeEngine(clients.calls, addressText(address))
    } catch (error) {
      throw this.asProblem(error)
    }
  }

  async address(): Promise<EngineAddress> {
    return (await this.#find()).address
  }

  asProblem(error: unknown): unknown {
    const problem = engineProblem(error, this.#address)
    if (isUnreachable(problem)) this.#looking = undefined
    return problem
  }

  async #find(): Promise<Found> {
    const setting = this.#host()
    if (setting !== this.#setting) this.#looking = undefined
    this.#setting = setting
    const looking = (this.#looking ??= look(setting, this.#around))
    try {
      const found = await looking
      this.#address = found.address
      return found
    } catch (error) {
      if (this.#looking === looking) this.#looking = undefined
      throw error
    }
  }
}

/** The first address that answers. Where none does, the most telling refusal is thrown: no permission before all else. */
async function look(setting: string | undefined, around: Surroundings): Promise<Found> {
  const refusals: { error: unknown; address: EngineAddress }[] = []
  for (const address of findAddresses(setting, around)) {
    try {
      if (address.kind === 'socket') await knock(address.path)
      const clients = clientsOf(address)
      await clients.calls.ping()
      return { address, clients }
    } catch (error) {
      refusals.push({ error, address })
    }
  }
  const telling = refusals.find(({ error }) => systemCode(error) === 'EACCES') ?? refusals[0]
  throw telling === undefined ? noEngine() : engineProblem(telling.error, telling.address)
}

/** Connects once: of a socket that is not there or dead, this tells at once what is wrong. */
async function knock(path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(path, resolve).once('error', reject)
  try {
    await promise
  } finally {
    socket.destroy()
  }
}
