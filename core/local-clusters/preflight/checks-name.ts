import type { EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { CLUSTER_LABEL, engineNames, KIND_LABEL, secretOf } from '../names.ts'
import { error, info, ok, together, type CheckInput, type Finding } from './finding.ts'

/** Whether clusters, targets or containers are in the way of the name. */
export function name(input: CheckInput): Finding {
  return together([ours(input), theirs(input)])
}

function ours({ form: { name: wanted }, facts: { names } }: CheckInput): Finding {
  if ('unknown' in names) return info(`which clusters and targets this data folder has is not known: ${names.unknown}`)
  const { clusters, targets, secrets } = names.value
  if (clusters.includes(wanted)) {
    const fix = `choose another name, or delete that one (minisub cluster delete ${wanted})`
    return error(`there is a local cluster ${wanted}`, fix)
  }
  if (targets.includes(wanted)) {
    const fix = `choose another name, or remove that one (minisub target delete ${wanted})`
    return error(`there is a target ${wanted}`, fix)
  }
  const secret = secretOf(wanted)
  if (!secrets.includes(secret)) return ok(`no cluster and no target is named ${wanted}`)
  const fix = `choose another name, or remove that one (minisub secret delete ${secret})`
  return error(`there is a secret ${secret}, in which its credentials would be kept`, fix)
}

function theirs({ form: { name: wanted }, facts: { names, containers } }: CheckInput): Finding {
  if ('unknown' in containers) return info(`which clusters the engine has is not known: ${containers.unknown}`)
  // A cluster of ours is in the engine too, and is told of above.
  if ('value' in names && names.value.clusters.includes(wanted)) return ok('')
  const nodes = containers.value.filter(({ labels }) => labels[KIND_LABEL] === wanted)
  if (nodes.length > 0) {
    const fix = `choose another name, or delete that one (kind delete cluster --name ${wanted})`
    return error(`kind has a cluster ${wanted} already, with ${listed(nodes)}`, fix)
  }
  const taken = containers.value.filter((it) => isInTheWay(it, wanted))
  if (taken.length === 0) return ok(`nothing in the engine is named ${wanted}`)
  const fix = `choose another name, or remove them (docker rm --force ${taken.map((it) => it.name).join(' ')})`
  return error(`the engine has containers of that name already (${listed(taken)})`, fix)
}

/** What is left of a cluster of another data folder, or of anything. */
function isInTheWay(container: EngineContainer, wanted: string): boolean {
  const isNode = container.name === `${wanted}-control-plane`
  return isNode || container.name === engineNames(wanted).registry || container.labels[CLUSTER_LABEL] === wanted
}

function listed(containers: readonly EngineContainer[]): string {
  return containers.map((it) => it.name).join(', ')
}
