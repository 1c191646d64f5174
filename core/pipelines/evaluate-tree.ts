import { canonicalJson, type Json } from '#core/base/json.ts'
import type { ControlNode } from './control-tree.ts'

type ControlReference = Extract<ControlNode, { op: 'reference' }>['reference']

/**
 * The value of a condition or list, computed as a cluster's engine computes it: numbers are doubles, texts are ordered by
 * their code points, `&&` and `||` look at the right side only where they must, and a wrong type is a fault. Throws an
 * Error in words.
 */
export function evaluateTree(node: ControlNode, valueOf: (reference: ControlReference) => Json): Json {
  const value = (of: ControlNode): Json => evaluateTree(of, valueOf)
  switch (node.op) {
    case 'literal':
      return node.value
    case 'reference':
      return valueOf(node.reference)
    case 'list':
      return node.items.map(value)
    case 'size':
      return sizeOf(value(node.of))
    case 'not':
      return !truth(value(node.of))
    case '&&':
      return truth(value(node.left)) && truth(value(node.right))
    case '||':
      return truth(value(node.left)) || truth(value(node.right))
    case '?:':
      return value(truth(value(node.test)) ? node.met : node.otherwise)
    default:
      return compared(node.op, value(node.left), value(node.right))
  }
}

function truth(value: Json): boolean {
  if (typeof value === 'boolean') return value
  throw new Error(`${kindOf(value)} stands where true or false is wanted`)
}

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in'

function compared(op: Comparison, left: Json, right: Json): boolean {
  switch (op) {
    case '==':
      return isSame(left, right)
    case '!=':
      return !isSame(left, right)
    case 'in':
      return isIn(left, right)
    case '<':
      return order(left, right) < 0
    case '<=':
      return order(left, right) <= 0
    case '>':
      return order(left, right) > 0
    case '>=':
      return order(left, right) >= 0
  }
}

function isSame(left: Json, right: Json): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  return canonicalJson(left) === canonicalJson(right)
}

function isIn(value: Json, whole: Json): boolean {
  if (Array.isArray(whole)) return whole.some((item: Json) => isSame(value, item))
  if (typeof value === 'string' && typeof whole === 'object' && whole !== null) return Object.hasOwn(whole, value)
  throw new Error(`${kindOf(value)} cannot be in ${kindOf(whole)}`)
}

function order(left: Json, right: Json): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right))
  throw new Error(`${kindOf(left)} and ${kindOf(right)} have no order`)
}

function sizeOf(value: Json): number {
  if (typeof value === 'string') return Array.from(value).length
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  throw new Error(`${kindOf(value)} has no size`)
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
