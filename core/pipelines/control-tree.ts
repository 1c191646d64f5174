import type { ASTNode } from '@marcbachmann/cel-js'
import type { Json } from '#core/base/json.ts'
import { soleReference, type Reference } from './references.ts'

const BINARY = ['&&', '||', '==', '!=', '<', '<=', '>', '>=', 'in'] as const

/** What a condition or a list of a fan-out may be made of where it names steps: all that every engine computes alike. */
export type ControlNode =
  | { readonly op: 'literal'; readonly value: Json }
  | { readonly op: 'reference'; readonly reference: Extract<Reference, { kind: 'parameter' | 'output' | 'status' }> }
  | { readonly op: 'not'; readonly of: ControlNode }
  | { readonly op: (typeof BINARY)[number]; readonly left: ControlNode; readonly right: ControlNode }
  | { readonly op: '?:'; readonly test: ControlNode; readonly met: ControlNode; readonly otherwise: ControlNode }
  | { readonly op: 'size'; readonly of: ControlNode }
  | { readonly op: 'list'; readonly items: readonly ControlNode[] }

/** A checked expression of a condition or list as a tree without CEL's own types. */
export function controlTree(node: ASTNode): ControlNode {
  const reference = soleReference(node)
  if (reference !== undefined) {
    if (reference.kind === 'parameter' || reference.kind === 'output' || reference.kind === 'status')
      return { op: 'reference', reference }
    throw new Error(`a reference of kind ${reference.kind} in a condition`)
  }
  switch (node.op) {
    case 'value':
      return { op: 'literal', value: literal(node.args) }
    case 'list':
      return { op: 'list', items: node.args.map(controlTree) }
    case '!_':
      return { op: 'not', of: controlTree(node.args) }
    case '-_':
      return { op: 'literal', value: negated(controlTree(node.args)) }
    case '?:': {
      const [test, met, otherwise] = node.args
      return { op: '?:', test: controlTree(test), met: controlTree(met), otherwise: controlTree(otherwise) }
    }
    case 'call':
      return size(node.args[1][0])
    case 'rcall':
      return size(node.args[1])
    default:
      return binary(node)
  }
}

function binary(node: ASTNode): ControlNode {
  const op = BINARY.find((it) => it === node.op)
  if (op === undefined || !Array.isArray(node.args)) throw new Error(`"${node.op}" in a condition`)
  const [left, right] = node.args as [ASTNode, ASTNode]
  return { op, left: controlTree(left), right: controlTree(right) }
}

function size(of: ASTNode | undefined): ControlNode {
  if (of === undefined) throw new Error('size() of nothing')
  return { op: 'size', of: controlTree(of) }
}

function negated(node: ControlNode): Json {
  if (node.op === 'literal' && typeof node.value === 'number') return -node.value
  throw new Error('a minus before something that is not a number')
}

function literal(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new Error('a literal that JSON has no form for')
}
