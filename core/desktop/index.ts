export { applicationMenu, chooserOf, closingQuestion, trayMenu, trayTitle, type MenuVerbs } from './menus.ts'
export { openCoreProcess, type CoreProcess, type HostProcess } from './core-process.ts'
export { openLog } from './open-log.ts'
export { argumentsOf, openedOfArguments, openedOfPath, pageOfLink } from './opened.ts'
export {
  closingOf,
  encryptionInfo,
  endsWithWindows,
  externalAddress,
  mayCall,
  mayNavigate,
  mayUse,
  originOf,
  REPORT_PAGE,
  SHELL_SCHEME,
  TROUBLE_PAGE,
  WEB_PREFERENCES,
} from './policies.ts'
export { sealBy } from './seal.ts'
export { troublePage, type Trouble } from './trouble.ts'
export { boundsOn, readWindows, writeWindows, type SavedWindow } from './window-state.ts'
