import type { ClusterCheck } from '#core/contract/local-clusters.ts'
import { architecture, cgroup, engine, memory, privileges } from './checks-engine.ts'
import { disk, inotify, ports } from './checks-machine.ts'
import { name } from './checks-name.ts'
import { proxy, subnet } from './checks-network.ts'
import { command, config, kind, nodeImage } from './checks-tools.ts'
import type { CheckInput, Finding } from './finding.ts'

type Check = { readonly id: string; readonly title: string; readonly look: (input: CheckInput) => Finding }

/** In the order in which they are shown. */
const CHECKS: readonly Check[] = [
  { id: 'engine', title: 'Container engine', look: engine },
  { id: 'privileges', title: 'Privileges', look: privileges },
  { id: 'cgroup', title: 'Control groups', look: cgroup },
  { id: 'inotify', title: 'inotify limits', look: inotify },
  { id: 'memory', title: 'Memory', look: memory },
  { id: 'disk', title: 'Disk', look: disk },
  { id: 'ports', title: 'Ports', look: ports },
  { id: 'subnet', title: 'Network', look: subnet },
  { id: 'name', title: 'Name', look: name },
  { id: 'proxy', title: 'Proxy', look: proxy },
  { id: 'docker-cli', title: 'Command of the engine', look: command },
  { id: 'kind', title: 'kind', look: kind },
  { id: 'architecture', title: 'Architecture', look: architecture },
  { id: 'node-image', title: 'Node image', look: nodeImage },
  { id: 'config', title: 'Configuration file', look: config },
]

/** What facts mean for a cluster of this form: always every check, in the same order. Looks at nothing else. */
export function judge(input: CheckInput): ClusterCheck[] {
  return CHECKS.map(({ id, title, look }) => ({ id, title, ...look(input) }))
}
