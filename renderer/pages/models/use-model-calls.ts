import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useClient, type Client } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'

type ModelCalls = {
  /** Calls the core, and has what is shown of models read anew. Rejects as the call does. */
  readonly call: <Result>(ask: (client: Client) => Promise<Result>) => Promise<Result>
  /** The same where nobody waits: a failure is told in a corner, with `title`. */
  readonly callAside: (title: string, ask: (client: Client) => Promise<unknown>) => Promise<boolean>
}

/** Calls that change the registry. */
export function useModelCalls(): ModelCalls {
  const client = useClient()
  const cache = useQueryClient()
  return useMemo(() => {
    const call: ModelCalls['call'] = async (ask) => {
      const result = await ask(client)
      void cache.invalidateQueries({ queryKey: ['tracking', 'models'] })
      return result
    }
    const callAside: ModelCalls['callAside'] = async (title, ask) => {
      try {
        await call(ask)
        return true
      } catch (error) {
        notifications.show({ color: 'red', title, message: problemOf(error).message, autoClose: false })
        return false
      }
    }
    return { call, callAside }
  }, [client, cache])
}
