import { Checkbox, Code, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'

/** Adds the context of a cluster to the kubeconfig file of the user, who is asked before. */
export function MergeKubeconfig({ cluster: { name, context } }: { readonly cluster: LocalClusterView }) {
  const client = useClient()
  const [use, setUse] = useState(false)
  const merge = async () => {
    const done = await client.mergeClusterKubeconfig({ name, use })
    notifications.show({
      color: 'green',
      title: `${done.context} was added`,
      message: `It stands in ${done.file} now.`,
    })
  }
  return (
    <Confirm
      label="Add to my kubeconfig"
      title="Add the cluster to your kubeconfig?"
      confirmLabel="Add the context"
      isDangerous={false}
      onConfirm={merge}
    >
      <Stack gap="sm">
        <Text size="sm">
          kubectl and other programs then know the context <Code>{context}</Code>. All else in the file stays as it is.
          Runs need none of it: the workbench uses a file of its own.
        </Text>
        <Checkbox
          label="Make it the current context"
          description="kubectl then talks to it wherever no other context is named"
          checked={use}
          onChange={({ currentTarget }) => setUse(currentTarget.checked)}
        />
      </Stack>
    </Confirm>
  )
}
