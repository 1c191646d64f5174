import { RUNNER_HAZARDS } from '#core/attempts/index.ts'

/** What Kubernetes, Argo and we ourselves tell a pod by. */
const FOREIGN = /^(?:ARGO_|KUBERNETES_|MINISUB_POD_)/
/** What the kubelet tells of a service, after its name. */
const SERVICE = /^(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/
const HOST = '_SERVICE_HOST'
const ADDRESS = /^(?:tcp|udp|sctp):\/\//

/**
 * The variables of a pod that its image did not set, so that a step sees the same as in a container of Docker. Those that
 * would change the runner are among them: the image's values for them come in the spec.
 */
export function foreignVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const hazards = new Set<string>(RUNNER_HAZARDS)
  const services = Object.keys(env)
    .filter((name) => name.endsWith(HOST))
    .map((name) => name.slice(0, -HOST.length))
    .filter((service) => ADDRESS.test(env[`${service}_PORT`] ?? '') && env[`${service}_SERVICE_PORT`] !== undefined)
    .map((service) => `${service}_`)
  const isOfService = (name: string): boolean =>
    services.some((service) => name.startsWith(service) && SERVICE.test(name.slice(service.length)))
  return Object.keys(env).filter((name) => FOREIGN.test(name) || hazards.has(name) || isOfService(name))
}
