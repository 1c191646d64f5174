import type { UserConfig } from '../kind/user-config.ts'
import type { Ports } from '../types.ts'
import type { PortFact } from './facts.ts'
import { isFree, nextFree } from './ports.ts'

/** Looks at every port that is named, by the form and by a configuration of kind; 0 is none. */
export async function lookAtPorts(ports: Ports, config: UserConfig | undefined): Promise<PortFact[]> {
  const ours = [
    { of: 'the API server', port: ports.api },
    { of: 'the registry', port: ports.registry },
    { of: 'the store', port: ports.store },
  ]
  const wanted = [...ours, ...mappedBy(config)].filter(({ port }) => port > 0)
  const used = new Set(wanted.map(({ port }) => port))
  return Promise.all(
    wanted.map(async ({ of, port }) => {
      const free = await isFree(port)
      return { of, port, isFree: free, next: free === false ? await nextFree(port, used) : undefined }
    }),
  )
}

/** Each once: the same port of two protocols is no fault. */
function mappedBy(config: UserConfig | undefined): { of: string; port: number }[] {
  const mappings = (config?.nodes ?? []).flatMap((node) => node.extraPortMappings ?? [])
  const tcp = mappings.filter((it) => !isOf(it['protocol'], ['UDP', 'SCTP']))
  const ports = new Set(tcp.map(({ hostPort }) => hostPort).filter((port) => port !== undefined))
  return [...ports].map((port) => ({ of: 'a mapping of the configuration file', port }))
}

function isOf(protocol: unknown, names: readonly string[]): boolean {
  return typeof protocol === 'string' && names.includes(protocol.toUpperCase())
}
