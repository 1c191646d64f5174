export { openRegistryReads } from './reads.ts'
export { openRegistryWrites } from './writes.ts'
export type { ModelVersion, RegisteredModel, RegistryReads, RegistryWrites } from './types.ts'
export { openRegistryImport, type ImportedVersion, type RegistryImport } from './import-writes.ts'
