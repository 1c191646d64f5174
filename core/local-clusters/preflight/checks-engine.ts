import { formatBytes } from '#core/base/quantity.ts'
import type { ClusterEngineFacts } from '#core/runtimes/cluster-engine.ts'
import { error, halvesOf, info, ok, warning, type CheckInput, type Finding } from './finding.ts'

const GB = 1e9
const LEAST_MEMORY = 2 * GB
const GOOD_MEMORY = 4 * GB
const OF_A_WORKER = GB
/** What images of nodes are made for. */
const PLATFORMS = ['linux/amd64', 'linux/arm64']

/** Whether there is an engine that can be reached, on this machine. */
export function engine({ facts }: CheckInput): Finding {
  if ('problem' in facts.engine) {
    const { cause, fix } = halvesOf(facts.engine.problem.message)
    return facts.engine.problem.code === 'engine_forbidden' ? info(cause) : error(cause, fix)
  }
  const { name, version, address, host, isPodman } = facts.engine.value
  const found = `${name} ${version} at ${address}`
  if (!leadsHere(host)) {
    const away = `${found} is on another machine, on whose loopback a cluster would listen`
    return error(away, 'start an engine on this machine, or use a cluster there as a target')
  }
  if (isPodman) return warning(`${found}; kind calls its work with Podman experimental`, 'use Docker where you can')
  return ok(found)
}

/** Whether what listens on the loopback of the engine's machine can be reached on that of this one. */
function leadsHere(host: string): boolean {
  return /^(?:unix|npipe):/.test(host) || /^tcp:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|$)/.test(host)
}

/** Whether this account may have nodes made, which are privileged containers. */
export function privileges({ facts }: CheckInput): Finding {
  if ('problem' in facts.engine) {
    if (facts.engine.problem.code !== 'engine_forbidden') return unknownEngine()
    const { cause, fix } = halvesOf(facts.engine.problem.message)
    return error(cause, fix)
  }
  const { isRootless, cgroupVersion, canLimit } = facts.engine.value
  if (!isRootless) return ok('the engine may run privileged containers')
  if (cgroupVersion !== '2') {
    const fix = 'start Linux with systemd.unified_cgroup_hierarchy=1, or use an engine that is not rootless'
    return error('a rootless engine needs cgroup v2 for nodes', fix)
  }
  if (canLimit === false) {
    const fix = 'set Delegate=yes for user@.service in systemd, log in again and start the engine anew'
    return error('the rootless engine may not limit CPU, memory and processes, which nodes need', fix)
  }
  return ok('a rootless engine with cgroup v2')
}

export function cgroup({ facts }: CheckInput): Finding {
  return ofEngine(facts.engine, ({ cgroupVersion }) => {
    if (cgroupVersion === '2') return ok('cgroup v2')
    const fix = 'use a system with cgroup v2, or start Linux with systemd.unified_cgroup_hierarchy=1'
    return warning(`cgroup v${cgroupVersion}, which newer versions of Kubernetes refuse`, fix)
  })
}

/** Of all that runs in the engine. */
export function memory({ form, facts }: CheckInput): Finding {
  return ofEngine(facts.engine, ({ memoryBytes }) => {
    if (memoryBytes <= 0) return info('not known: the engine does not tell')
    const wanted = GOOD_MEMORY + form.workers * OF_A_WORKER
    const found = `${formatBytes(memoryBytes)} for the engine`
    const fix = `give the engine at least ${formatBytes(wanted)}, or ask for fewer workers`
    if (memoryBytes < LEAST_MEMORY) return error(`${found} is too little for a node`, fix)
    return memoryBytes < wanted ? warning(`${found}, which is little for ${form.workers + 1} nodes`, fix) : ok(found)
  })
}

export function architecture({ form, facts }: CheckInput): Finding {
  return ofEngine(facts.engine, ({ platform }) => {
    if (PLATFORMS.includes(platform)) return ok(platform)
    if (platform.startsWith('windows/')) {
      return error('the engine runs containers of Windows', 'switch the engine to containers of Linux')
    }
    const found = `there are no usual images of nodes for ${platform}`
    if (form.nodeImage === undefined) return error(found, 'name an image of nodes that was built for it')
    return warning(found, `see that ${form.nodeImage} was built for it`)
  })
}

function ofEngine(fact: CheckInput['facts']['engine'], judge: (value: ClusterEngineFacts) => Finding): Finding {
  return 'value' in fact ? judge(fact.value) : unknownEngine()
}

function unknownEngine(): Finding {
  return info('not known: the engine cannot be asked')
}
