export { openReadOnly, openStore, type Database, type Statement, type Store } from './database.ts'
export { lockFile, type FileLock } from './lock.ts'
export { openBlobs, type Blobs } from './blobs.ts'
export { removeTree, systemCode, writeError } from '#core/files/index.ts'
