import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { KubeContextView } from '#core/contract/target-report.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { linesOf } from './lines.ts'

const PATIENCE_MS = 400
const NONE: readonly never[] = []

export type KnownContexts = {
  readonly contexts: readonly KubeContextView[]
  /** The files that were read. */
  readonly kubeconfig: readonly string[]
  /** Why they could not be read. */
  readonly fault: string | undefined
}

/** The contexts of the files that a field names, a line each; of the usual ones while nobody has typed. */
export function useContexts(typed: string | undefined): KnownContexts {
  const client = useClient()
  const [text] = useDebouncedValue(typed, PATIENCE_MS)
  const files = text === undefined ? undefined : linesOf(text).join(':')
  const { data, error } = useQuery({
    ...queries.kubeContexts(client, files),
    enabled: files !== '',
    // While one types, what was there stays.
    placeholderData: (before) => before,
  })
  return { contexts: data?.contexts ?? NONE, kubeconfig: data?.kubeconfig ?? NONE, fault: error?.message }
}
