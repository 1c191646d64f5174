export { openDockerEngine, type DockerEngine, type DockerEngineOptions, type EngineDescription } from './engine.ts'
export { openDockerImages } from './images.ts'
export { leftRuns } from './left-runs.ts'
export { openDockerRuntime, type DockerRuntimeOptions } from './runtime.ts'
