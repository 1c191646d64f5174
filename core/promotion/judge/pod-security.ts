import { ENFORCE_LABEL } from '#core/cluster-facts/index.ts'
import type { PodContainer, PodSpec, SecurityContext } from './pod-spec.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'
const WARN_LABEL = ENFORCE_LABEL.replace('enforce', 'warn')

/** The levels that the labels of a namespace enforce and warn of; privileged where they say nothing. */
export function levelsOf(labels: Readonly<Record<string, string>>): { readonly enforce: Level; readonly warn: Level } {
  return { enforce: levelOf(labels[ENFORCE_LABEL]), warn: levelOf(labels[WARN_LABEL]) }
}

function levelOf(text: string | undefined): Level {
  return text === 'baseline' || text === 'restricted' ? text : 'privileged'
}

/** Capabilities that the level baseline lets be added. */
const BASELINE_CAPABILITIES: ReadonlySet<string> = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)

/** Why the Pod Security of a level would refuse a pod, in the words that it has itself, as far as pods of steps can offend. */
export function securityFaults(pod: PodSpec, level: Level): string[] {
  if (level === 'privileged') return []
  const faults = baselineFaults(pod)
  return level === 'baseline' ? faults : [...faults, ...restrictedFaults(pod)]
}

function allOf({ initContainers, containers }: PodSpec): PodContainer[] {
  return [...initContainers, ...containers]
}

function named(containers: readonly PodContainer[], words: string): string[] {
  return containers.length === 0 ? [] : [`${words} (${containers.map(({ name }) => name).join(', ')})`]
}

function baselineFaults(pod: PodSpec): string[] {
  const all = allOf(pod)
  const added = ({ securityContext }: PodContainer): boolean =>
    (securityContext?.capabilities?.add ?? []).some((it) => !BASELINE_CAPABILITIES.has(it))
  return [
    ...(pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true ? ['host namespaces'] : []),
    ...named(
      all.filter((it) => it.securityContext?.privileged === true),
      'privileged',
    ),
    ...named(all.filter(added), 'non-default capabilities'),
    ...(pod.volumes.some(({ hostPath }) => hostPath !== undefined) ? ['hostPath volumes'] : []),
    ...named(
      all.filter(({ ports }) => ports.some(({ hostPort = 0 }) => hostPort !== 0)),
      'hostPort',
    ),
  ]
}

function restrictedFaults(pod: PodSpec): string[] {
  const all = allOf(pod)
  const either =
    (has: (it: SecurityContext) => boolean | undefined) =>
    (container: PodContainer): boolean => {
      const own = container.securityContext === undefined ? undefined : has(container.securityContext)
      return own ?? (pod.securityContext === undefined ? undefined : has(pod.securityContext)) ?? false
    }
  const isNonRoot = either((it) => it.runAsNonRoot)
  const hasProfile = either(
    (it) => it.seccompProfile && ['RuntimeDefault', 'Localhost'].includes(it.seccompProfile.type),
  )
  const drops = ({ securityContext }: PodContainer): boolean =>
    (securityContext?.capabilities?.drop ?? []).includes('ALL')
  return [
    ...named(
      all.filter((it) => it.securityContext?.allowPrivilegeEscalation !== false),
      'allowPrivilegeEscalation != false',
    ),
    ...named(
      all.filter((it) => !drops(it)),
      'unrestricted capabilities',
    ),
    ...named(
      all.filter((it) => !isNonRoot(it)),
      'runAsNonRoot != true',
    ),
    ...named(
      all.filter((it) => !hasProfile(it)),
      'seccompProfile',
    ),
  ]
}
