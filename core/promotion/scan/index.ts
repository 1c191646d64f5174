export type { ImageVariables } from './given.ts'
export { scanCode, type CodeScan, type ScanOptions } from './scan-code.ts'
