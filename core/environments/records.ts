import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemCode } from '#core/store/index.ts'

/**
 * The two files beside an environment's own: `ready.json`, written by rename when all else is there and deleted before
 * anything else is, and `uses.json`, who used it. `plan.json` tells of a half-built one what it was to become.
 */
const plan = z.object({ pythonMinor: z.string(), packages: z.array(z.string()), createdAt: z.number() })
const ready = plan.extend({
  /** Real path of the interpreter that it was made of. */
  basePython: z.string(),
  /** Such as `linux-x64`: a data folder that another machine sees too is built again there. */
  platform: z.string(),
  sizeBytes: z.number(),
})
const uses = z.object({ lastUsedAt: z.number(), users: z.array(z.string()) })

type PlanRecord = z.infer<typeof plan>
type ReadyRecord = z.infer<typeof ready>
export type UsesRecord = z.infer<typeof uses>

type Records = { plan: PlanRecord; ready: ReadyRecord; uses: UsesRecord }

export function recordPath(folder: string, name: keyof Records): string {
  return join(folder, `${name}.json`)
}

/** What a half-built environment was to become. As every record: undefined where it is not there, or not whole. */
export function readPlan(folder: string): PlanRecord | undefined {
  return plan.safeParse(readJson(recordPath(folder, 'plan'))).data
}

export function readReady(folder: string): ReadyRecord | undefined {
  return ready.safeParse(readJson(recordPath(folder, 'ready'))).data
}

export function readUses(folder: string): UsesRecord | undefined {
  return uses.safeParse(readJson(recordPath(folder, 'uses'))).data
}

/** Writes a record whole or not at all. */
export function writeRecord<Name extends keyof Records>(folder: string, name: Name, record: Records[Name]): void {
  const aside = join(folder, `.${name}.${process.pid}.partial`)
  writeFileSync(aside, `${JSON.stringify(record, null, 2)}\n`)
  renameSync(aside, recordPath(folder, name))
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    // never written, or cut short by a power failure: either way there is no record
    if (error instanceof SyntaxError || /^(ENOENT|ENOTDIR)$/.test(systemCode(error) ?? '')) return undefined
    throw error
  }
}
