import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { openObjectStore } from '#core/objects/index.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { TargetCheck } from '#core/contract/target-report.ts'
import { openDockerTarget } from '#core/docker-target.ts'
import { openSettings } from '#core/settings/index.ts'
import { openCheckDeps } from '#core/target-checks.ts'
import type { Tenant } from '#test/support/cluster-tenant.ts'
import { lab } from '#test/support/requirements.ts'
import { checkTarget } from './checks.ts'
import type { CheckDeps } from './service-types.ts'

/** A profile of the cluster of tests for a tenant of it. */
export function profileOf(
  tenant: Pick<Tenant, 'kubeconfig' | 'context' | 'namespace' | 'serviceAccount'>,
): ClusterProfile {
  return {
    kubeconfig: [tenant.kubeconfig],
    context: tenant.context,
    namespace: tenant.namespace,
    serviceAccount: tenant.serviceAccount,
    registry: `${lab.registry}/tests`,
    artifacts: {
      endpoint: lab.s3,
      bucket: lab.bucket,
      prefix: `${tenant.namespace}/`,
      region: 'us-east-1',
      pathStyle: true,
      accessKey: { secret: 's3', key: 'access' },
      secretKey: { secret: 's3', key: 'secret' },
    },
    platform: process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64',
    nodeSelector: {},
    tolerations: [],
    labels: { 'minisub-test': 'true' },
  }
}

/** All as the core has it, but for the secrets: with the step runner's image in the registry. */
export function coreDeps(home: string): CheckDeps & AsyncDisposable {
  const docker = openDockerTarget({ home, settings: openSettings(home), inUse: () => false })
  const deps = openCheckDeps({ secrets: secretsOf({}), images: docker.clusterImages })
  return { ...deps, [Symbol.asyncDispose]: () => docker[Symbol.asyncDispose]() }
}

/** Values by the keys that `profileOf` names. */
export function secretsOf(values: Readonly<Record<string, string | undefined>>): CheckDeps['secrets'] {
  const all: Readonly<Record<string, string | undefined>> = { access: lab.accessKey, secret: lab.secretKey, ...values }
  return { read: async (_, key) => all[key] }
}

/** With an image that the cluster has, so that nothing is built. */
export function quickDeps(): CheckDeps {
  return {
    openCluster: async (address) => openCluster(address),
    openObjectStore: async (options) => openObjectStore(options),
    secrets: secretsOf({}),
    checkRegistry: async () => undefined,
    imageForProbe: async () => 'busybox:1.35',
  }
}

/** All checks of a profile. */
export async function checkAll(profile: ClusterProfile, deps: Partial<CheckDeps> = {}): Promise<TargetCheck[]> {
  return Array.fromAsync(checkTarget(profile, { ...quickDeps(), ...deps }))
}

/** The checks that failed. */
export function faultsOf(checks: readonly TargetCheck[]): TargetCheck[] {
  return checks.filter(({ status }) => status === 'failed')
}

/** How each check ended, by its id. */
export function statusesOf(checks: readonly TargetCheck[]): Record<string, TargetCheck['status']> {
  return Object.fromEntries(checks.map(({ id, status }) => [id, status]))
}
