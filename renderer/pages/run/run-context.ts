import { createContext, useContext } from 'react'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { LiveRun } from '#renderer/data/live-run.ts'

/** The run that a page shows: as it was when it was opened, and as it goes on. */
export type ShownRun = { readonly graph: RunGraph; readonly live: LiveRun }

const RunContext = createContext<ShownRun | undefined>(undefined)

/** Gives the run to everything below. */
export const RunProvider = RunContext.Provider

/** The run of the page. */
export function useRun(): ShownRun {
  const run = useContext(RunContext)
  if (run === undefined) throw new Error('there is no RunProvider above')
  return run
}
