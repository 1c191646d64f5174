/** Files and bytes of this machine: what the store, pipelines, runtimes and the step runner share. */
export { digestOfJson, sha256 } from './digest.ts'
export { systemCode, writeError } from './disk.ts'
export { hashBytes, hashFile, openRegular, readSmall, SMALL, type OpenFile } from './hash.ts'
export { canAccess, foldersOfPath, isProgram, nearestFolder, programOnPath } from './programs.ts'
export { homeFolder } from './home-folder.ts'
export { loginPath, pathWith } from './login-path.ts'
export { openLineFile, type LineFile } from './line-file.ts'
export { readInPlace, replaceFile, type FileAsRead, type Place } from './replace-file.ts'
export { removeTree } from './remove-tree.ts'
export {
  compareText,
  folderEntries,
  foldersOf,
  linkTarget,
  nameFault,
  pathInside,
  specialName,
} from './tree-entries.ts'
