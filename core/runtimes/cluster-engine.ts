/** The contract of the container engine that local clusters live in: nodes are its containers. */

/** What an engine is, as far as nodes of a cluster depend on it. */
export type ClusterEngineFacts = {
  /** Such as `Docker Engine`, `Docker Desktop`, `Podman`, `rootless Docker Engine`. */
  readonly name: string
  readonly version: string
  /** Where it was found, for people. */
  readonly address: string
  /** Value of DOCKER_HOST by which programs reach the same engine. */
  readonly host: string
  /** Such as `linux/amd64`. */
  readonly platform: string
  readonly cpus: number
  readonly memoryBytes: number
  /** `1` or `2`. */
  readonly cgroupVersion: string
  readonly isRootless: boolean
  readonly isPodman: boolean
  /** Whether it can limit CPU, memory and processes of containers; absent where it does not tell. */
  readonly canLimit?: boolean
  /** Where it keeps images and volumes, a path of its own machine. */
  readonly rootFolder: string
  /** Whether that machine is this one: its paths and limits can be read here. */
  readonly isLocal: boolean
  /** Proxies that the engine itself was told of. */
  readonly proxies: Readonly<Record<string, string>>
  /** Ranges that it cuts networks from, such as 172.17.0.0/16 in pieces of 16 bits; absent or empty where it has its own. */
  readonly addressPools?: readonly { readonly base: string; readonly size: number }[]
}

export type EngineContainer = {
  readonly id: string
  readonly name: string
  readonly image: string
  /** As the engine says it: `running`, `exited`, `created`, `paused`… */
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
  /** Ports of this machine that lead into it. */
  readonly hostPorts: readonly number[]
  /** Names of the networks that it is on; absent where the engine does not tell. */
  readonly networks?: readonly string[]
}

export type EngineNetwork = {
  readonly id: string
  readonly name: string
  /** Such as `172.18.0.0/16`. */
  readonly subnets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** A container that is to be there. */
export type ContainerSpec = {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly network?: string
  /** Port of the container -> port of the loopback of this machine. */
  readonly ports: Readonly<Record<number, number>>
  /** Name of a volume -> path in the container. */
  readonly volumes?: Readonly<Record<string, string>>
  /** Whether the engine starts it again after it was started anew itself. */
  readonly restarts: boolean
}

export type ExecResult = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** How much of the machine a container uses now. */
export type ContainerUse = { readonly cpu: number; readonly memoryBytes: number; readonly memoryLimitBytes: number }

/** Every call throws Problem `engine_unavailable` or `engine_forbidden` where the engine cannot be reached or used. */
export type ClusterEngine = {
  facts(): Promise<ClusterEngineFacts>
  /** Every container, also stopped ones, that carries these labels: `key` or `key=value`. */
  containers(labels: readonly string[]): Promise<EngineContainer[]>
  networks(): Promise<EngineNetwork[]>
  /** Makes and starts it, or starts the one of this name and these labels that is there. Throws `image_unavailable`, `port_taken`, `conflict` for one that is not ours. */
  ensureContainer(spec: ContainerSpec): Promise<void>
  startContainer(name: string): Promise<void>
  /** Asks it to end, and kills it after `graceSeconds`. */
  stopContainer(name: string, graceSeconds: number): Promise<void>
  /** With its anonymous volumes; false where there is none. */
  removeContainer(name: string): Promise<boolean>
  removeVolume(name: string): Promise<boolean>
  /** False where there is none. Throws Problem `conflict` while a container is on it. */
  removeNetwork(name: string): Promise<boolean>
  /** Names of volumes that carry this label. */
  volumes(label: string): Promise<string[]>
  /** Runs a program in a container that runs; `stdin` is written to it. */
  exec(
    container: string,
    command: readonly string[],
    options?: { readonly stdin?: AsyncIterable<Uint8Array> | string; readonly signal?: AbortSignal },
  ): Promise<ExecResult>
  /** Images as one tar archive, as `docker save` writes it. */
  save(images: readonly string[], signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  use(container: string): Promise<ContainerUse>
}
