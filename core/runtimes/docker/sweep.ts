import { removeContainer } from './container-calls.ts'
import { updateContainerRecord } from './container-record.ts'
import type { Containers } from './containers.ts'
import type { DockerEngine } from './engine.ts'
import { labelFilter } from './labels.ts'

export type SweepOptions = { readonly home: string; readonly engine: DockerEngine; readonly containers: Containers }

/** Removes every container of a data folder that carries all these labels, running or not. */
export async function sweepContainers(
  { home, engine, containers }: SweepOptions,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const client = await engine.client()
  const found = await client.listContainers({ all: true, filters: labelFilter(home, labels) })
  const ids = new Set(found.map(({ Id }) => Id))
  const mine = containers.all().filter(({ id, isOver }) => ids.has(id) && !isOver)
  for (const { folder } of mine) updateContainerRecord(folder, { asked: true })
  await Promise.all([...ids].map((id) => removeContainer(client, id, { force: true })))
  await Promise.allSettled(mine.map(({ done }) => done))
}
