export { createClient } from './client.ts'
export type { CallOptions, Client } from './types.ts'
