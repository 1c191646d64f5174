export { forgetHiddenValues } from './hidden-values.ts'
export type { Keychain } from './keychain.ts'
export { openSecrets, type Secrets } from './secrets.ts'
export { systemKeychain } from './system-keychain.ts'
