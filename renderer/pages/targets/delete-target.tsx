import { Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { ClusterTargetView } from '#core/contract/cluster-targets.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { ownSecret } from './read-draft.ts'
import { forgetTest } from './tests.ts'

/** Deletes a target, and with it the secret that its credentials were typed into. */
export function DeleteTarget({ target: { name, profile } }: { readonly target: ClusterTargetView }) {
  const client = useClient()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const remove = async () => {
    await client.deleteTarget({ name })
    const { secrets } = await client.listSecrets()
    const secret = ownSecret(name)
    if (secrets.some((it) => it.name === secret)) await client.deleteSecret({ name: secret })
    forgetTest(name)
    await navigate({ to: '/settings/targets', replace: true })
    await cache.invalidateQueries({ queryKey: ['targets'] })
  }
  return (
    <Confirm
      label="Delete"
      name={`Delete the target ${name}`}
      button={{ size: 'sm', leftSection: <Trash2 size={16} aria-hidden /> }}
      title={`Delete the target ${name}?`}
      confirmLabel="Delete target"
      onConfirm={remove}
    >
      <Text size="sm" mb="xs">
        No run can be started on it any more. Credentials that were entered for it are deleted too.
      </Text>
      <Text size="sm">
        Nothing in the namespace {profile.namespace} or the bucket {profile.artifacts.bucket} is touched. What runs have
        left only in the bucket cannot be had here until the target is added again.
      </Text>
    </Confirm>
  )
}
