import type { CompareSearch } from '../search.ts'

/** Changes parts of the address of the comparison. */
export type ChangeCompare = (change: Partial<CompareSearch>, isStep?: boolean) => void
