export { openProcessRuntime, type ProcessRuntimeOptions } from './runtime.ts'
