/** A bucket of any store that speaks S3, as the core uses it for artifacts of runs on a cluster. */
export type {
  ExpectedObject,
  ObjectSource,
  ObjectStore,
  ObjectStoreOptions,
  StoredObject,
  TransferOptions,
  TransferProgress,
  Upload,
} from './contract.ts'
export { downloadAll, type Download, type Keep } from './download.ts'
export { openObjectStore } from './store.ts'
