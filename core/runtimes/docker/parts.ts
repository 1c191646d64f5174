import { join } from 'node:path'
import type { Workload } from '../driver.ts'

/** One part of a workload: where its files are, and what its container is called. */
export type Part = { readonly workload: Workload; readonly index: number; readonly folder: string }

/** The parts of a workload. The first has the control folder itself, the others one below it that is named by their role. */
export function partsOf(workload: Workload): Part[] {
  return workload.parts.map((part, index) => ({
    workload,
    index,
    folder: index === 0 ? workload.controlFolder : join(workload.controlFolder, part.role),
  }))
}

/** The first part of a workload, which decides. */
export function firstOf(workload: Workload): Part {
  const [first] = partsOf(workload)
  if (first === undefined) throw new Error('a workload has at least one part')
  return first
}
