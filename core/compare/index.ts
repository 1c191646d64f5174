/** How runs and versions of models differ, and where they came from. */
export { openComparisons, type Comparisons } from './comparisons.ts'
export { linesOf, type Line, type Values } from './lines.ts'
export { openModels, type Models } from './models.ts'
export { snapshotFiles } from './run-code.ts'
export { lockedEnvironment } from './run-environment.ts'
