import { Button, Checkbox, Stack, Text } from '@mantine/core'
import { ArrowUpCircle, Play, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { TypedConfirm } from '#renderer/ui/typed-confirm.tsx'
import { useClusterCall } from './use-cluster-call.ts'

type ActionProps = { readonly cluster: LocalClusterView }

/** Starts a stopped cluster, or one whose node does not answer. */
export function StartCluster({ cluster: { name } }: ActionProps) {
  const start = useClusterCall(async (client) => client.startCluster({ name }))
  return (
    <Stack gap="xs" align="flex-start">
      {start.error !== null && <ProblemAlert title="It was not started" message={start.error.message} />}
      <Button leftSection={<Play size={16} aria-hidden />} loading={start.isPending} onClick={() => start.mutate()}>
        Start
      </Button>
    </Stack>
  )
}

/** Stops a cluster; what it holds stays. */
export function StopCluster({ cluster: { name } }: ActionProps) {
  const stop = useClusterCall(async (client) => client.stopCluster({ name }))
  return (
    <Confirm
      label="Stop"
      name={`Stop ${name}`}
      button={{ size: 'sm', leftSection: <Square size={16} aria-hidden /> }}
      title={`Stop ${name}?`}
      confirmLabel="Stop the cluster"
      isDangerous={false}
      onConfirm={stop.mutateAsync}
    >
      What it holds stays, and it can be started again. Until then no run can play on it; those that play there now go
      on when it is back.
    </Confirm>
  )
}

/** Brings what was installed in a cluster to the versions of this version. */
export function UpgradeCluster({ cluster: { name, installed } }: ActionProps) {
  const upgrade = useClusterCall(async (client) => client.upgradeCluster({ name }))
  const versions = Object.entries(installed).map(([part, version]) => `${part} ${version}`)
  return (
    <Confirm
      label="Upgrade"
      name={`Upgrade ${name}`}
      button={{ size: 'sm', leftSection: <ArrowUpCircle size={16} aria-hidden /> }}
      title={`Upgrade what is installed in ${name}?`}
      confirmLabel="Upgrade"
      isDangerous={false}
      onConfirm={upgrade.mutateAsync}
    >
      It has {versions.join(', ')}; this version brings newer ones. Nodes and Kubernetes stay as they are, and so does
      what runs have kept.
    </Confirm>
  )
}

/** Deletes a cluster for good, after its name was typed. */
export function DeleteCluster({ cluster: { name, target } }: ActionProps) {
  const [force, setForce] = useState(false)
  const remove = useClusterCall(async (client) => client.deleteCluster({ name, ...(force ? { force: 'true' } : {}) }))
  return (
    <TypedConfirm
      label="Delete"
      name={`Delete ${name}`}
      button={{ size: 'sm', leftSection: <Trash2 size={16} aria-hidden /> }}
      title={`Delete ${name}?`}
      word={name}
      confirmLabel="Delete cluster"
      onConfirm={remove.mutateAsync}
    >
      <Text size="sm">
        Its containers, volumes, network and files are removed{target === null ? '' : `, and the target ${target}`}.
        Artifacts that runs have kept only in its store are lost; the runs stay in the lists.
      </Text>
      <Checkbox
        label="Cancel runs that are active on it"
        description="Else it is refused while there are any"
        checked={force}
        onChange={({ currentTarget }) => setForce(currentTarget.checked)}
      />
    </TypedConfirm>
  )
}

/** Deletes what is left of a cluster that never was usable. */
export function DeleteRest({ cluster: { name } }: ActionProps) {
  const remove = useClusterCall(async (client) => client.deleteCluster({ name }))
  return (
    <Confirm
      label="Delete"
      name={`Delete ${name}`}
      button={{ leftSection: <Trash2 size={14} aria-hidden /> }}
      title={`Delete what is left of ${name}?`}
      confirmLabel="Delete it"
      onConfirm={remove.mutateAsync}
    >
      Its containers, volumes, network and files are removed, and with them what could be looked into.
    </Confirm>
  )
}
