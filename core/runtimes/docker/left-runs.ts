import type { DockerEngine } from './engine.ts'
import { labelFilter } from './labels.ts'

const RUN_LABEL = 'minisub.run'

/** Ids of the runs of a data folder that have containers, running or not. Throws Problem `engine_unavailable`. */
export async function leftRuns(engine: DockerEngine, home: string): Promise<string[]> {
  try {
    const client = await engine.client()
    const found = await client.listContainers({ all: true, filters: labelFilter(home, {}) })
    return [...new Set(found.flatMap(({ Labels }) => Labels[RUN_LABEL] ?? []))]
  } catch (error) {
    throw engine.asProblem(error)
  }
}
