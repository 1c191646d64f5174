import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { Evidence, EvidenceLine } from './evidence.ts'
import type { Raised } from './raised.ts'

/**
 * Where the pattern of a rule is looked for. `told`: what core, engine and cluster say. `raised`: the exception that ended
 * a Python program. `answered`: that too, without exceptions of a type that programs raise about their own data, such as
 * ValueError: what system and servers say may stand in any data. `printed`: the last lines of stderr and of stdout, without
 * those before such an exception.
 */
export type Place = 'told' | 'raised' | 'answered' | 'printed'

/** What was found, and where. */
export type Found = {
  /** Named groups of the pattern. */
  readonly groups: Readonly<Record<string, string | undefined>>
  readonly line: EvidenceLine
  readonly raised: Raised | undefined
  readonly evidence: Evidence
}

/** Texts that fill the words of a rule, by name. */
export type Facts = Readonly<Record<string, string>>

/** What goes wrong, and how it is told from other things. All that is given must fit; in words `{name}` is a fact. */
export type FailureRule = {
  /** Stable, such as `module-missing`. */
  readonly id: string
  /** Tells so little that every other rule comes before it, also one that fits what was said earlier. */
  readonly isGeneral?: true
  readonly codes?: readonly ProblemCode[]
  /** Exit codes as a shell reports them. */
  readonly exits?: readonly number[]
  readonly places?: readonly Place[]
  /** Tried on one line at a time. Named groups are facts. */
  readonly pattern?: RegExp
  /** More facts; undefined where it is something else after all. */
  readonly facts?: (found: Found) => Facts | undefined
  /** Whole sentences. */
  readonly sentence: string
  readonly cause: string
  readonly fix: string
}
