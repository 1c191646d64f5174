import type { Problem } from '#core/base/problem.ts'
import { isProblem } from '#core/base/problem.ts'

/** What is to be removed again. */
export type Undo = {
  /** Adds a removal, which is safe where nothing was made. */
  defer(work: () => Promise<void>): void
  /** Does all that was not done yet, the latest first, each whatever became of the others; answers what failed. */
  all(): Promise<Problem[]>
}

/** Nothing to remove yet. */
export function openUndo(): Undo {
  const works: (() => Promise<void>)[] = []
  return {
    defer: (work) => void works.push(work),
    async all() {
      const faults: Problem[] = []
      for (let work = works.pop(); work !== undefined; work = works.pop()) {
        try {
          await work()
        } catch (error) {
          if (!isProblem(error)) throw error
          faults.push(error)
        }
      }
      return faults
    },
  }
}
