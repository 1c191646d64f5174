import { assertNever } from '#core/base/assert-never.ts'
import type { PushedEnvironment, PushRecord } from '#core/contract/pushed.ts'
import type { EnvironmentLock } from '#core/environments/index.ts'
import type { PushRun } from './cluster-pushes.ts'

/** What its target adds to the record of a push. */
export type PushedAt = Pick<PushRecord, 'template' | 'secret' | 'images' | 'keys'>

/** All that a push consists of, by name. Pure: the same push has the same record. */
export function recordOf({ digest, bound, frozen, snapshot }: PushRun, there: PushedAt): PushRecord {
  const { definition } = bound.plan
  const { facts, environments, parameters } = frozen
  const inputs = Object.entries(facts.files).flatMap(([step, files]) =>
    Object.entries(files).map(([name, { sha256 }]) => [`${step}.${name}`, sha256] as const),
  )
  const files = snapshot.files.map(
    ({ path, sha256, executable }) => [path, executable ? `${sha256} x` : sha256] as const,
  )
  const links = snapshot.links.map(({ path, target }) => [path, `-> ${target}`] as const)
  const held = Object.entries(environments).map(([name, it]) => [name, environmentOf(it.digest, it.lock)] as const)
  return {
    version: 1,
    pipeline: definition.name,
    pipelineDigest: digest,
    definition: { ...definition },
    environments: Object.fromEntries(held),
    parameters: { ...parameters },
    code: {
      digest: snapshot.digest,
      files: Object.fromEntries([...files, ...links]),
      steps: { ...facts.code },
    },
    inputs: Object.fromEntries(inputs),
    ...there,
  }
}

function environmentOf(digest: string, lock: EnvironmentLock): PushedEnvironment {
  switch (lock.kind) {
    case 'python':
      return { digest, base: `Python ${lock.pythonMinor}`, packages: packagesOf(lock.requirements) }
    case 'image':
      return { digest, base: lock.image, packages: {} }
    case 'dockerfile':
      return { digest, base: lock.dockerfile, packages: {} }
    default:
      return assertNever(lock)
  }
}

/** Versions by package: a lock names a package once for each marker that takes another version. */
function packagesOf(requirements: readonly string[]): Record<string, string> {
  const versions = new Map<string, Set<string>>()
  for (const requirement of requirements) {
    const [, name = requirement, version = ''] = /^([^\s=;]+)\s*==\s*([^\s;]+)/.exec(requirement) ?? []
    versions.set(name, (versions.get(name) ?? new Set()).add(version))
  }
  return Object.fromEntries([...versions].map(([name, all]) => [name, [...all].toSorted().join(', ')]))
}
