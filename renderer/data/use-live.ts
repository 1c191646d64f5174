import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Connection, Live } from './live.ts'

const LiveContext = createContext<Live | undefined>(undefined)

/** Gives the connection to everything below. */
export const LiveProvider = LiveContext.Provider

/** Whether the core is heard. */
export function useConnection(): Connection {
  const live = useContext(LiveContext)
  if (live === undefined) throw new Error('there is no LiveProvider above')
  return useSyncExternalStore(live.subscribe, live.read)
}
