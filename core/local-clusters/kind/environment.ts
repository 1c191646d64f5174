import { engineNames } from '../names.ts'

type Variables = Readonly<Record<string, string | undefined>>

export type KindSurroundings = {
  /** Name of the cluster. */
  readonly cluster: string
  /** Its own kubeconfig file. */
  readonly kubeconfig: string
  readonly engine: { readonly host: string; readonly isPodman: boolean }
  /** Those of the process where absent. */
  readonly variables?: Variables
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']
/** These would lead kind, or the program of the engine that it calls, elsewhere. */
const LEFT_OUT = /^(?:KIND_|KUBECONFIG$|DOCKER_HOST$|DOCKER_CONTEXT$|CONTAINER_HOST$|CONTAINER_CONNECTION$)/

/**
 * Variables for kind: the engine that was found and no other, the cluster's own network, its own kubeconfig. Nodes get the
 * proxies of the environment from kind, but reach the registry of the cluster without them.
 */
export function kindEnvironment({ cluster, kubeconfig, engine, variables = process.env }: KindSurroundings) {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined && !LEFT_OUT.test(name)) kept[name] = value
  }
  const { network } = engineNames(cluster)
  return {
    ...kept,
    ...pastRegistry(cluster, variables),
    DOCKER_HOST: engine.host,
    ...(engine.isPodman ? { CONTAINER_HOST: engine.host } : {}),
    KIND_EXPERIMENTAL_PROVIDER: engine.isPodman ? 'podman' : 'docker',
    KIND_EXPERIMENTAL_DOCKER_NETWORK: network,
    KIND_EXPERIMENTAL_PODMAN_NETWORK: network,
    KUBECONFIG: kubeconfig,
  }
}

function pastRegistry(cluster: string, variables: Variables): Record<string, string> {
  if (PROXIES.every((name) => (variables[name] ?? '') === '')) return {}
  const names = (variables['NO_PROXY'] ?? variables['no_proxy'] ?? '').split(',').map((name) => name.trim())
  const past = [...new Set([...names.filter(Boolean), engineNames(cluster).registry])].join(',')
  return { NO_PROXY: past, no_proxy: past }
}
