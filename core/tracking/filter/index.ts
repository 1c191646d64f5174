/**
 * The language of the five searches. A filter becomes a condition for WHERE, an order the terms of ORDER BY, both with
 * bound values, over the table aliases that each grammar names.
 */
export { compileFilter } from './compile.ts'
export { compileOrder } from './order.ts'
export { compileLoggedModelOrder, type LoggedModelOrder } from './logged-model-order.ts'
export { readPageToken, writePageToken, type PageToken } from './page-token.ts'
export { runGrammar } from './run-grammar.ts'
export { experimentGrammar } from './experiment-grammar.ts'
export { loggedModelGrammar } from './logged-model-grammar.ts'
export { modelVersionGrammar, registeredModelGrammar } from './registry-grammars.ts'
export { FOLDS } from './names.ts'
export { filterHelp, type FilterHelp } from './help.ts'
export type { Column, DatasetScope, Fold, Grammar, Sql } from './types.ts'
