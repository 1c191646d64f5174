/** Settings of a data folder: a file, overridden by variables of the core's environment. */
export { openSettings, type Settings } from './settings.ts'
