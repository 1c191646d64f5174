import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Plan, PlanCheck } from '#core/contract/plan.ts'
import type { RunRequest } from '#core/contract/run.ts'
import type { Engine } from './engine.ts'
import { objectsIn, type Place } from './judge-place.ts'
import { keysBelow, labStore } from './pushed-things.ts'

/** A pipeline in a folder of its own. */
export type Project = { readonly spec: object; readonly files?: Readonly<Record<string, string>> }

export type Planned = Project & {
  readonly engine: Engine
  /** Below the folder of the engine. */
  readonly folder: string
  readonly profile: ClusterProfile
  readonly request?: Partial<RunRequest>
}

/** So often it is asked again where this machine was too busy for the deadlines of a plan. */
const TRIES = 8

/** Plans a push to a place; throws where that has changed anything there, in its bucket, in the project or among the runs. */
export async function planIn(place: Place, planned: Planned): Promise<Plan> {
  const { engine, profile, request } = planned
  const folder = join(engine.folder, planned.folder)
  const file = await writeProject(planned)
  engine.addTarget(place.namespace, profile)
  const look = (): Promise<string> => everything(place, folder, engine)
  const before = await look()
  const ask = (): Promise<Plan> => engine.plan(file, { target: place.namespace, ...request })
  const [asked] = await Promise.allSettled([inTime(ask)])
  const after = await look()
  if (after !== before) throw new Error(`a plan has changed ${before} to ${after}`)
  if (asked.status === 'rejected') throw asked.reason
  return asked.value
}

/** The first plan that was late at nothing; the last one where all were. */
export async function inTime(ask: () => Promise<Plan>): Promise<Plan> {
  for (let tries = 1; ; tries += 1) {
    const plan = await ask()
    if (tries === TRIES || !plan.checks.some(isLate)) return plan
  }
}

/** Returns the path of its document. */
async function writeProject({ engine, folder, spec, files = {} }: Planned): Promise<string> {
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'planned' } }
  const all = { 'planned.yaml': JSON.stringify({ ...head, spec }, null, 2), ...files }
  for (const [name, text] of Object.entries(all)) await engine.write(join(folder, name), text)
  return join(engine.folder, folder, 'planned.yaml')
}

function isLate({ status, found }: PlanCheck): boolean {
  return status === 'skipped' && found.includes('took longer than')
}

/** Objects with their versions, keys, files with their content, and runs. */
async function everything({ cluster, namespace }: Place, folder: string, { service }: Engine): Promise<string> {
  await using store = labStore(namespace)
  const [objects, keys, files] = await Promise.all([objectsIn(cluster), keysBelow(store, ''), contentOf(folder)])
  const named = objects.map(({ plural, metadata }) => `${plural} ${metadata.name} ${metadata.resourceVersion}`)
  return JSON.stringify({ named, keys, files, runs: service.list({ limit: 1_000 }).map(({ id }) => id) })
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).toSorted()
  return Object.fromEntries(await Promise.all(names.map(async (it) => [it, await readFile(join(folder, it), 'utf8')])))
}
