export { createClient } from './client.ts'
export type { CallOptions, ChangesOptions, Client } from './types.ts'
