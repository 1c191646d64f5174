import { assertNever } from '#core/base/assert-never.ts'
import { Problem } from '#core/base/problem.ts'

const OPERATORS = ['==', '!=', '<', '<=', '>', '>=', '~='] as const
type Operator = (typeof OPERATORS)[number]
type Clause = { readonly operator: Operator; readonly release: readonly number[]; readonly prefix: boolean }

/** A range of Python versions; `meets` takes a release such as [3, 11, 7]. */
export type PythonRange = { readonly text: string; meets(release: readonly number[]): boolean }

const CLAUSE = /^(==|!=|<=|>=|<|>|~=)?\s*(\d+(?:\.\d+)*)(\.\*)?$/

/**
 * Reads a range in the spelling of PEP 440, such as `>=3.9,<3.13`, `==3.11.*` or `~=3.10`. A bare version is a prefix:
 * `3.11` means any 3.11. Throws Problem `invalid_value`.
 */
export function parsePythonRange(text: string): PythonRange {
  const clauses = text.split(',').map((part) => parseClause(part.trim(), text))
  return { text: text.trim(), meets: (release) => clauses.every((clause) => meetsClause(clause, release)) }
}

function parseClause(part: string, whole: string): Clause {
  const match = CLAUSE.exec(part)
  if (match === null) throw invalid(whole, `"${part}" is not a bound`)
  const release = (match[2] ?? '').split('.').map(Number)
  const star = match[3] !== undefined
  const operator = OPERATORS.find((known) => known === match[1])
  if (operator === undefined) return { operator: '==', release, prefix: true }
  if (star && operator !== '==' && operator !== '!=') throw invalid(whole, `".*" goes with == and != alone`)
  if (operator === '~=' && release.length < 2) throw invalid(whole, `"~=" wants at least two numbers`)
  return { operator, release, prefix: star }
}

function meetsClause({ operator, release, prefix }: Clause, version: readonly number[]): boolean {
  const order = compareReleases(version, release)
  switch (operator) {
    case '==':
      return prefix ? startsWith(version, release) : order === 0
    case '!=':
      return prefix ? !startsWith(version, release) : order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '~=':
      return order >= 0 && startsWith(version, release.slice(0, -1))
    default:
      return assertNever(operator)
  }
}

/** Negative, zero or positive as the first release is older, the same or newer; missing numbers count as 0. */
export function compareReleases(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function startsWith(version: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((part, index) => (version[index] ?? 0) === part)
}

function invalid(text: string, why: string): Problem {
  const message = `"${text}" is not a range of Python versions: ${why}. Write it as in >=3.9, ~=3.10 or >=3.9,<3.13.`
  return new Problem('invalid_value', message)
}
