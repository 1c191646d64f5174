import { createContext, useContext } from 'react'
import type { CallOptions, Client } from '#core/client/index.ts'

export type { CallOptions, Client }

const ClientContext = createContext<Client | undefined>(undefined)

/** Gives the client of the session to everything below. */
export const ClientProvider = ClientContext.Provider

/** The client of the session. */
export function useClient(): Client {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('there is no ClientProvider above')
  return client
}
