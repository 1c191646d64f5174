import { compileComparison, compileIn, compileIs } from './compare.ts'
import { columnOf } from './names.ts'
import { parseFilter } from './parse.ts'
import { joined, sql, wrap } from './sql.ts'
import type { Name, Node } from './tree.ts'
import type { Grammar, Sql } from './types.ts'

/**
 * The condition that a filter is, over the rows and aliases that the grammar names; `1` where it is empty. Each comparison
 * is true or false: what is missing fulfils none but IS NULL, and so fulfils NOT of it. NaN is less, greater and equal to
 * nothing, and unequal to everything. Throws Problem `tracking_invalid`, which says what is wrong and where.
 */
export function compileFilter(text: string | undefined, grammar: Grammar): Sql {
  const node = parseFilter(text ?? '', grammar)
  const conditions = node === undefined ? [] : [compileNode(node, grammar)]
  const added = grammar.unlessNamed
  if (added !== undefined && (node === undefined || !names(node, added))) conditions.push(added.condition)
  return conditions.length === 0 ? sql('1') : joined(conditions, 'AND')
}

function compileNode(node: Node, grammar: Grammar): Sql {
  switch (node.kind) {
    case 'all':
    case 'any':
      return joined(
        node.of.map((inner) => compileNode(inner, grammar)),
        node.kind === 'all' ? 'AND' : 'OR',
      )
    case 'not':
      // What is missing made the inner condition NULL, which counts as false.
      return wrap('NOT ifnull(', compileNode(node.of, grammar), ', 0)')
    case 'compare':
      return compileComparison(node, columnOf(node.name, grammar))
    case 'in':
      return compileIn(node, columnOf(node.name, grammar))
    case 'is':
      return compileIs(node, columnOf(node.name, grammar))
  }
}

function names(node: Node, asked: { readonly entity: string; readonly key?: string }): boolean {
  if ('name' in node) return isAsked(node.name, asked)
  return node.kind === 'not' ? names(node.of, asked) : node.of.some((inner) => names(inner, asked))
}

function isAsked(name: Name, asked: { readonly entity: string; readonly key?: string }): boolean {
  return name.entity === asked.entity && (asked.key === undefined || name.key === asked.key)
}
