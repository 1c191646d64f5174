import { IMAGES, REGISTRY_IMAGE } from './install/index.ts'
import { inRegistry } from './pull-images.ts'

/** Images that every cluster needs, by the names of their makers. */
export function systemImages(): string[] {
  return [REGISTRY_IMAGE, ...Object.values(IMAGES)]
}

/** Images that are installed, by the names that they have in the registry of a cluster. */
export function installedImages(registry: string) {
  return {
    controller: inRegistry(registry, IMAGES.controller),
    executor: inRegistry(registry, IMAGES.executor),
    store: inRegistry(registry, IMAGES.store),
  } as const
}
