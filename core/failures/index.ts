/** Why attempts fail: a table of known causes over what is known of an attempt, the same for every runtime. */
export type { Evidence, EvidenceLine } from './evidence.ts'
export { explainFailure } from './explain.ts'
