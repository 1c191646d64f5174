/** Environments: locked for all platforms, built once per digest as folders or images, shared, listed and deleted. */
export { environmentDigest, formatLockFile, lockMatches, parseLockFile } from './lock.ts'
export { packageVersions } from './requirement.ts'
export type { DockerfileLock, EnvironmentLock, ImageLock, PipelineLock, PythonLock, PythonSpec } from './lock.ts'
export { lockPython } from './lock-python.ts'
export { openEnvironments } from './service.ts'
export type { BuiltEnvironment, EnvironmentInfo, Environments } from './service.ts'
export { openImageEnvironments } from './image-service.ts'
export type { BuiltImage, ImageEnvironmentInfo, ImageEnvironments, StartImage } from './image-types.ts'
export { openClusterImages, type OpenClusterImagesOptions } from './cluster-images.ts'
export type {
  ClusterImage,
  ClusterImages,
  ClusterImageWish,
  InspectedImage,
  PredictedImage,
  PushProgress,
} from './cluster-image-types.ts'
