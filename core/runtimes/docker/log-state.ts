import type { Containers } from './containers.ts'
import type { DockerEngine } from './engine.ts'
import { isUnreachable } from './engine-problems.ts'

/** Whether nothing will be added to the log of a part any more. While the engine is away nobody can say so. */
export async function isLogWhole(engine: DockerEngine, containers: Containers, folder: string): Promise<boolean> {
  try {
    const live = containers.live(folder) ?? (await containers.findByFolder(folder))
    return live === undefined || live.isOver
  } catch (error) {
    const problem = engine.asProblem(error)
    if (isUnreachable(problem)) return false
    throw problem
  }
}
