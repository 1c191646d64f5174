/** Python environments: locked for all platforms, built once per digest, shared, listed and deleted. */
export { environmentDigest, formatLockFile, lockMatches, packageVersions, parseLockFile } from './lock.ts'
export type { EnvironmentLock, ImageLock, PipelineLock, PythonLock, PythonSpec } from './lock.ts'
export { lockPython } from './lock-python.ts'
export { openEnvironments } from './service.ts'
export type { BuiltEnvironment, EnvironmentInfo, Environments } from './service.ts'
