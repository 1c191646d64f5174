import type { ClusterEngineFacts, EngineNetwork } from '#core/runtimes/cluster-engine.ts'
import { engineNames } from '../names.ts'
import type { RouteFact } from './facts.ts'
import { error, info, ok, together, warning, type CheckInput, type Finding } from './finding.ts'
import { DOCKER_POOLS, freeSubnets, overlap, parseSubnet, PODMAN_POOLS, subnetText, type Subnet } from './subnets.ts'

const POD_SUBNET = '10.244.0.0/16'
const SERVICE_SUBNET = '10.96.0.0/16'

/** Whether the network that the engine would make takes addresses that this machine reaches elsewhere, as by a VPN. */
export function subnet({ form, facts }: CheckInput): Finding {
  const { engine, networks, routes } = facts
  if ('problem' in engine) return info('not known: the engine cannot be asked')
  if ('unknown' in networks) return info(`not known: ${networks.unknown}`)
  const known = 'value' in routes ? routes.value : []
  const there = networks.value.find((it) => it.name === engineNames(form.name).network)
  const wanted = there === undefined ? nextOf(engine.value, networks.value, known) : read(there.subnets)
  if (there === undefined && wanted.length === 0) {
    const fix =
      'remove networks that nothing uses (docker network prune), or give the engine more default-address-pools'
    return error('the engine has no free range of addresses left for a network', fix)
  }
  if ('unknown' in routes) return info(`whether ${listed(wanted)} clashes is not known: ${routes.unknown}`)
  return together([clash(wanted, routes.value), podClash(form.config === undefined, routes.value)])
}

/** From here on Docker gives the first free range; before, it goes on behind the one that it gave last. */
const FIRST_FREE_SINCE = 28
const MOST_RANGES = 64

/** The ranges of which the engine gives one to a new network: it keeps off what is on the links of its machine. */
function nextOf(
  engine: ClusterEngineFacts,
  networks: readonly EngineNetwork[],
  routes: readonly RouteFact[],
): Subnet[] {
  const onLink = routes.filter(({ gateway }) => !gateway).map((it) => it.subnet)
  const own = engine.addressPools ?? []
  const pools = own.length > 0 ? own : engine.isPodman ? PODMAN_POOLS : DOCKER_POOLS
  const used = read([...networks.flatMap(({ subnets }) => subnets), ...onLink])
  const isFirst = engine.isPodman || Number.parseInt(engine.version, 10) >= FIRST_FREE_SINCE
  return freeSubnets(pools, used, isFirst ? 1 : MOST_RANGES)
}

function clash(wanted: readonly Subnet[], routes: readonly RouteFact[]): Finding {
  const found = routes.filter(({ gateway, subnet: text }) => gateway && touches(text, wanted))
  if (found.length === 0) return ok(`the engine gives ${listed(wanted)}`)
  const ways = found.map(({ subnet: text, device }) => `${text} by ${device}`).join(', ')
  const fix = 'set default-address-pools of the engine to ranges that are free here, or leave the VPN meanwhile'
  return warning(`the engine would give ${listed(wanted)}, and this machine reaches ${ways}`, fix)
}

/** Only said: what lies there is out of the reach of pods, and mostly nobody wants it from them. */
function podClash(isUsual: boolean, routes: readonly RouteFact[]): Finding {
  const inside = read([POD_SUBNET, SERVICE_SUBNET])
  const found = isUsual ? routes.filter(({ gateway, subnet: text }) => gateway && touches(text, inside)) : []
  if (found.length === 0) return ok(`${listed(inside)} for pods`)
  const ways = found.map(({ subnet: text, device }) => `${text} by ${device}`).join(', ')
  return info(`pods use ${listed(inside)}, and will not reach what this machine has there (${ways})`)
}

function touches(text: string, wanted: readonly Subnet[]): boolean {
  const route = parseSubnet(text)
  // The default route leads to everything.
  return route !== undefined && route.bits > 0 && wanted.some((it) => overlap(it, route))
}

function read(texts: readonly string[]): Subnet[] {
  return texts.map(parseSubnet).filter((it) => it !== undefined)
}

function listed(subnets: readonly Subnet[]): string {
  const [first, last] = [subnets.at(0), subnets.at(-1)]
  if (first === undefined || last === undefined) return 'its network'
  if (subnets.length > 2) return `one of ${subnets.length} ranges from ${subnetText(first)} to ${subnetText(last)}`
  return subnets.map(subnetText).join(' and ')
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']
const LOOPBACKS = ['127.0.0.1', 'localhost']

/** Nodes get the proxies of this process; what runs here must reach the cluster without them. */
export function proxy({ facts: { variables, engine } }: CheckInput): Finding {
  const set = PROXIES.filter((name) => (variables[name] ?? '') !== '')
  const ofEngine = 'value' in engine ? Object.keys(engine.value.proxies).filter((name) => name !== 'NO_PROXY') : []
  if (set.length === 0) {
    return ofEngine.length === 0 ? ok('none') : info(`the engine has ${ofEngine.join(' and ')}, nodes get none`)
  }
  const past = (variables['NO_PROXY'] ?? variables['no_proxy'] ?? '').split(',').map((name) => name.trim())
  const lacking = past.includes('*') ? [] : LOOPBACKS.filter((name) => !coversLoopback(past, name))
  const onLoopback = set.filter((name) => isLoopback(variables[name] ?? ''))
  return together([
    ok(`${set.join(', ')} for nodes too; the cluster is reached without`),
    ...(onLoopback.length === 0 ? [] : [unreachable(onLoopback)]),
    ...(lacking.length === 0 ? [] : [uncovered(lacking, past)]),
  ])
}

function unreachable(names: readonly string[]): Finding {
  const found = `${names.join(', ')} is on the loopback of this machine, where nodes do not reach it`
  return warning(found, 'name the proxy by an address that containers reach, or start the core without it')
}

function uncovered(lacking: readonly string[], past: readonly string[]): Finding {
  const all = [...past.filter(Boolean), ...lacking].join(',')
  return warning(`NO_PROXY lacks ${lacking.join(' and ')}, where the cluster listens`, `set NO_PROXY=${all}`)
}

function coversLoopback(past: readonly string[], name: string): boolean {
  const address = parseSubnet(name)
  return past.some((entry) => {
    if (entry === name || entry === `.${name}`) return true
    const range = entry.includes('/') ? parseSubnet(entry) : undefined
    return range !== undefined && address !== undefined && overlap(range, address)
  })
}

function isLoopback(address: string): boolean {
  const url = URL.parse(address.includes('://') ? address : `http://${address}`)
  return url !== null && (url.hostname.startsWith('127.') || ['localhost', '[::1]'].includes(url.hostname))
}
