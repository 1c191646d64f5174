import { createContext, useContext } from 'react'
import type { GraphStep } from '#core/contract/run-graph.ts'
import type { LiveRun } from '#renderer/data/live-run.ts'
import type { Mark } from './mark.ts'

/** What every node needs; it stays the same while the run goes on. */
export type GraphParts = {
  readonly live: LiveRun
  readonly steps: ReadonlyMap<string, GraphStep>
  /** The step whose drawer is open. */
  readonly selected: Mark
  /** The one step that the tabulator key comes to. */
  readonly tabStop: Mark
  readonly open: (step: string) => void
}

const GraphContext = createContext<GraphParts | undefined>(undefined)

export const GraphProvider = GraphContext.Provider

export function useGraph(): GraphParts {
  const parts = useContext(GraphContext)
  if (parts === undefined) throw new Error('there is no GraphProvider above')
  return parts
}
