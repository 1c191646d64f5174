import { release } from 'node:os'
import type Dockerode from 'dockerode'
import type { ClusterEngineFacts } from '#core/runtimes/cluster-engine.ts'
import type { EngineAddress } from './engine-address.ts'
import { describeEngine } from './engine-description.ts'
import { addressText } from './engine-problems.ts'

type Info = {
  readonly DockerRootDir?: string
  readonly KernelVersion?: string
  readonly SecurityOptions?: readonly string[] | null
  readonly MemoryLimit?: boolean
  readonly PidsLimit?: boolean
  readonly CPUShares?: boolean
  readonly HttpProxy?: string
  readonly HttpsProxy?: string
  readonly NoProxy?: string
  readonly DefaultAddressPools?: readonly { readonly Base?: string; readonly Size?: number }[] | null
}

/** What an engine is, as far as nodes of a cluster depend on it. Throws what docker-modem throws. */
export async function factsOf(client: Dockerode, address: EngineAddress): Promise<ClusterEngineFacts> {
  const [described, info]: [Awaited<ReturnType<typeof describeEngine>>, Info] = await Promise.all([
    describeEngine(client, addressText(address)),
    client.info(),
  ])
  const { name } = described
  return {
    name,
    version: described.version,
    address: described.address,
    platform: described.platform,
    cpus: described.cpus,
    memoryBytes: described.memoryBytes,
    cgroupVersion: described.cgroupVersion,
    host: hostOf(address),
    isRootless: (info.SecurityOptions ?? []).some((option) => option.includes('rootless')),
    isPodman: /podman/i.test(name),
    rootFolder: info.DockerRootDir ?? '',
    isLocal: address.kind === 'socket' && !/docker desktop/i.test(name) && info.KernelVersion === release(),
    ...limitsOf(info),
    proxies: proxiesOf(info),
    addressPools: (info.DefaultAddressPools ?? []).flatMap(({ Base: base, Size: size }) =>
      base === undefined || size === undefined ? [] : [{ base, size }],
    ),
  }
}

function limitsOf({ MemoryLimit, PidsLimit, CPUShares }: Info): Pick<ClusterEngineFacts, 'canLimit'> {
  const told = [MemoryLimit, PidsLimit, CPUShares].filter((it) => it !== undefined)
  return told.length === 0 ? {} : { canLimit: told.every(Boolean) }
}

function proxiesOf({ HttpProxy, HttpsProxy, NoProxy }: Info): Record<string, string> {
  const all = { HTTP_PROXY: HttpProxy, HTTPS_PROXY: HttpsProxy, NO_PROXY: NoProxy }
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

/** Value of DOCKER_HOST that leads there. */
function hostOf(address: EngineAddress): string {
  switch (address.kind) {
    case 'socket':
      // Named pipes of Windows are written as `//./pipe/docker_engine`.
      return `${address.path.startsWith('//') ? 'npipe' : 'unix'}://${address.path}`
    case 'tcp':
      return `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
    case 'ssh': {
      const user = address.user === '' ? '' : `${encodeURIComponent(address.user)}@`
      return `ssh://${user}${address.host}${address.port === undefined ? '' : `:${address.port}`}`
    }
  }
}
