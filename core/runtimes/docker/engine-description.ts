import type Dockerode from 'dockerode'

/** What an engine says of itself. */
export type EngineDescription = {
  /** Such as `Docker Engine`, `Docker Desktop`, `Podman`, `rootless Docker Engine`. */
  readonly name: string
  readonly version: string
  readonly apiVersion: string
  /** Where it was found, and what named that place. */
  readonly address: string
  /** What it runs by itself, such as `linux/amd64`. */
  readonly platform: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly cgroupVersion: string
  /** Whether containers can be given GPUs. */
  readonly gpus: boolean
}

type Version = {
  readonly Version?: string
  readonly ApiVersion?: string
  readonly Os?: string
  readonly Arch?: string
  readonly Components?: readonly { readonly Name: string }[]
}

type Info = {
  readonly NCPU?: number
  readonly MemTotal?: number
  readonly CgroupVersion?: string
  readonly OperatingSystem?: string
  readonly SecurityOptions?: readonly string[] | null
  readonly Runtimes?: Readonly<Record<string, unknown>> | null
  readonly DiscoveredDevices?: readonly { readonly ID?: string }[] | null
}

/** Asks an engine what it is. Throws what docker-modem throws. */
export async function describeEngine(client: Dockerode, address: string): Promise<EngineDescription> {
  const [version, info]: [Version, Info] = await Promise.all([client.version(), client.info()])
  return {
    name: nameOf(version, info),
    version: version.Version ?? 'unknown',
    apiVersion: version.ApiVersion ?? 'unknown',
    address,
    platform: `${version.Os ?? 'linux'}/${version.Arch ?? 'amd64'}`,
    cpus: info.NCPU ?? 1,
    memoryBytes: info.MemTotal ?? 0,
    cgroupVersion: info.CgroupVersion ?? '1',
    gpus: hasGpus(info),
  }
}

function nameOf({ Components = [] }: Version, { OperatingSystem = '', SecurityOptions }: Info): string {
  const rootless = (SecurityOptions ?? []).some((option) => option.includes('rootless')) ? 'rootless ' : ''
  if (Components.some(({ Name }) => /podman/i.test(Name))) return `${rootless}Podman`
  if (/docker desktop/i.test(OperatingSystem)) return 'Docker Desktop'
  return `${rootless}Docker Engine`
}

function hasGpus({ Runtimes, DiscoveredDevices }: Info): boolean {
  const named = Object.keys(Runtimes ?? {}).some((name) => name.startsWith('nvidia'))
  return named || (DiscoveredDevices ?? []).some(({ ID = '' }) => ID.startsWith('nvidia.com/gpu'))
}
