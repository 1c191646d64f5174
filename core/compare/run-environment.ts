import { packageVersions, type EnvironmentLock } from '#core/environments/index.ts'
import type { Provenance } from '#core/pipelines/index.ts'
import { gathered, type Values } from './lines.ts'
import type { ModelContent } from './model-content.ts'
import { packageOf } from './requirements.ts'

/** What a run had around its code: packages by name with their versions, and `python`. */
export type RunEnvironment = { readonly source: string | null; readonly packages: Values<string> }

/** Nothing is known. */
export const NO_ENVIRONMENT: RunEnvironment = { source: null, packages: new Map() }

/** Of the locks that a pipeline's step, or the whole run, was frozen with. */
export function lockedEnvironment({ environments }: Provenance): RunEnvironment {
  if (environments.length === 0) return NO_ENVIRONMENT
  const names = environments.map(({ name, digest }) => `${name} ${digest.slice(0, 12)}`)
  return {
    source: `lock of ${names.join(', ')}`,
    packages: gathered(environments.flatMap(({ lock }) => pairsOf(lock))),
  }
}

function pairsOf(lock: EnvironmentLock): (readonly [string, string])[] {
  switch (lock.kind) {
    case 'python':
      return [['python', lock.pythonMinor], ...packagesOf(packageVersions(lock.requirements))]
    case 'image':
      return [['image', `${lock.image} ${lock.indexDigest}`]]
    case 'dockerfile':
      return [['image', `${lock.dockerfile} ${lock.contextDigest}`]]
  }
}

/** Of what a program wrote beside the model that it logged. */
export function modelEnvironment(name: string, { requirements, python }: ModelContent): RunEnvironment {
  if (requirements.length === 0 && python === null) return NO_ENVIRONMENT
  const pairs = packagesOf(requirements)
  const all = python === null ? pairs : pairs.filter(([key]) => key !== 'python').concat([['python', python]])
  return { source: `requirements of the model ${name}`, packages: gathered(all) }
}

function packagesOf(requirements: readonly string[]): (readonly [string, string])[] {
  return requirements.flatMap((requirement) => {
    const found = packageOf(requirement)
    return found === undefined ? [] : [found]
  })
}
