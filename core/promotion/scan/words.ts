import type { PortabilityFinding } from '#core/contract/plan.ts'

type Words = Pick<PortabilityFinding, 'found' | 'fix'>

/** What was found, and what to do, in a sentence each. */
export function wordsFor(kind: PortabilityFinding['kind'], text: string, steps: readonly string[]): Words {
  if (kind === 'environment_variable') {
    return {
      found: `${text} is read, and nothing sets it${steps.length === 0 ? '' : ` for ${namesOf(steps)}`}`,
      fix: `set it under env or secrets of the step, or give it a default in the code`,
    }
  }
  if (kind === 'network_address') {
    return {
      found: `${text} is this machine or its network, and from a pod it is another or none`,
      fix: 'give the address as a parameter or under env, as the cluster knows it',
    }
  }
  return {
    found: `${text} is a path of this machine, and pods do not have it`,
    fix: 'make it an input of the step, or put it into the code folder and name it from there',
  }
}

/** Of a path below `/tmp` that several steps name. */
export function wordsForTemporary(text: string, steps: readonly string[]): Words {
  return {
    found: `${text} is named by ${namesOf(steps)}, and each pod has a /tmp of its own`,
    fix: 'make it an output of the step that writes it and an input of the one that reads it',
  }
}

/** So many names are told. */
const SHOWN = 4

function namesOf(steps: readonly string[]): string {
  if (steps.length > SHOWN) return `${steps.slice(0, SHOWN).join(', ')} and ${steps.length - SHOWN} more`
  return steps.length < 2 ? steps.join('') : `${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`
}
