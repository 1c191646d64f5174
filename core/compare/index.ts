/** How runs and versions of models differ, and where they came from. */
export { openComparisons, type Comparisons } from './comparisons.ts'
export { openModels, type Models } from './models.ts'
