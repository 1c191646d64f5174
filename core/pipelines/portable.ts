import type { ASTNode } from '@marcbachmann/cel-js'
import { soleReference, children } from './references.ts'
import type { Fault } from './expression.ts'

const OPERATORS = new Set(['?:', '&&', '||', '!_', '==', '!=', '<', '<=', '>', '>=', 'in', 'list', 'value', '-_'])

/**
 * The first part of an expression over step outputs that a cluster's engine could not compute alike. Allowed are
 * references, literals, comparison, `&& || !`, ternary, `in` and `size()` of lists.
 */
export function portabilityFault(node: ASTNode): Fault | undefined {
  if (soleReference(node) !== undefined) return undefined
  const fault = (what: string): Fault => ({
    code: 'expression_not_portable',
    message: `${what} cannot be computed alike on every target: with step outputs only references, literals, comparison, && || !, ?:, in and size() of a list may be used`,
    offset: node.start,
  })
  if (node.op === '-_' && node.args.op !== 'value') return fault('a minus before something that is not a number')
  if (node.op === 'value') return isPlainLiteral(node.args) ? undefined : fault('this literal')
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0]
    if (name !== 'size') return fault(`${name}()`)
  } else if (!OPERATORS.has(node.op))
    return fault(node.op === '.' || node.op === '[]' ? 'access to a part of a value' : `"${node.op}"`)
  for (const child of children(node)) {
    const found = portabilityFault(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** What JSON has an exact form for. */
function isPlainLiteral(value: unknown): boolean {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value))
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'string') return value.isWellFormed()
  return value === null || typeof value === 'boolean'
}
