import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import type { Client } from '#renderer/data/client-context.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useWatchedCreates } from '#renderer/data/cluster-watch.ts'

/** A call that begins or ends work on a cluster: what is shown is read again, and a create is watched from then on. */
export function useClusterCall(call: (client: Client) => Promise<ClusterJobView>) {
  const client = useClient()
  const cache = useQueryClient()
  const { watch } = useWatchedCreates()
  return useMutation({
    mutationFn: async () => call(client),
    onSuccess: async (job) => {
      if (job.kind === 'create' && job.status === 'running') watch(job.id)
      await cache.invalidateQueries({ queryKey: ['clusters'] })
    },
  })
}
