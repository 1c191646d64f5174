import type { ASTNode } from '@marcbachmann/cel-js'

/** What an expression names. */
export type Reference =
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'output'; readonly step: string; readonly output: string }
  | { readonly kind: 'outputPath'; readonly step: string; readonly output: string }
  | { readonly kind: 'status'; readonly step: string }
  | { readonly kind: 'inputPath'; readonly name: string }
  | { readonly kind: 'ownOutputPath'; readonly name: string }
  | { readonly kind: 'each'; readonly variable: string }
  | { readonly kind: 'run'; readonly field: 'id' | 'name' }

export type FoundReference = { readonly reference: Reference; readonly offset: number }
export type BadReference = { readonly message: string; readonly offset: number }

const FORMS: Record<string, string> = {
  parameters: 'parameters.<name>',
  steps: 'steps.<name>.outputs.<output> or steps.<name>.status',
  inputs: 'inputs.<name>.path',
  outputs: 'outputs.<name>.path',
  each: 'each.<variable>',
  run: 'run.id or run.name',
}

/** All references in an expression, in order, also those of branches that are not taken. */
export function findReferences(root: ASTNode): { found: FoundReference[]; bad: BadReference[] } {
  const found: FoundReference[] = []
  const bad: BadReference[] = []
  const visit = (node: ASTNode): void => {
    const chain = chainOf(node)
    const head = chain?.[0]
    if (chain !== undefined && head !== undefined && Object.hasOwn(FORMS, head)) {
      const reference = toReference(chain)
      if (reference === undefined) {
        bad.push({ message: `"${chain.join('.')}" is not a reference: write ${FORMS[head]}`, offset: node.start })
      } else found.push({ reference, offset: node.start })
      return
    }
    for (const child of children(node)) visit(child)
  }
  visit(root)
  return { found, bad }
}

/** The reference that an expression is, if it is nothing else. */
export function soleReference(node: ASTNode): Reference | undefined {
  const chain = chainOf(node)
  if (chain === undefined) return undefined
  const reference = toReference(chain)
  return reference?.kind === 'parameter' && chain.length > 2 ? undefined : reference
}

/** `a.b["c"]` as ["a", "b", "c"]; undefined for anything that is not such a chain. */
function chainOf(node: ASTNode): string[] | undefined {
  if (node.op === 'id') return [node.args]
  if (node.op === '.') {
    const chain = chainOf(node.args[0])
    return chain === undefined ? undefined : [...chain, node.args[1]]
  }
  if (node.op === '[]' && node.args[1].op === 'value' && typeof node.args[1].args === 'string') {
    const chain = chainOf(node.args[0])
    return chain === undefined ? undefined : [...chain, node.args[1].args]
  }
  return undefined
}

function toReference(chain: readonly string[]): Reference | undefined {
  const [root, first, second, third] = chain
  if (first === undefined) return undefined
  // A parameter that is an object may be looked into: that stays within the parameter.
  if (root === 'parameters') return { kind: 'parameter', name: first }
  if (root === 'each' && chain.length === 2) return { kind: 'each', variable: first }
  if (root === 'run' && chain.length === 2 && (first === 'id' || first === 'name')) return { kind: 'run', field: first }
  if (root === 'inputs' && chain.length === 3 && second === 'path') return { kind: 'inputPath', name: first }
  if (root === 'outputs' && chain.length === 3 && second === 'path') return { kind: 'ownOutputPath', name: first }
  if (root !== 'steps') return undefined
  if (chain.length === 3 && second === 'status') return { kind: 'status', step: first }
  if (second !== 'outputs' || third === undefined) return undefined
  if (chain.length === 4) return { kind: 'output', step: first, output: third }
  if (chain.length === 5 && chain[4] === 'path') return { kind: 'outputPath', step: first, output: third }
  return undefined
}

/** The direct sub-expressions of a node. */
export function children(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'list':
      return node.args
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}
