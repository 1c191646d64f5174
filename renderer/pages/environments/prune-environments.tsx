import { Button, List, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Eraser } from 'lucide-react'
import { useState } from 'react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { ConfirmDialog } from '#renderer/ui/confirm.tsx'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { keyOf, kindWord } from './kinds.tsx'
import { shortDigest } from './short-digest.ts'

const DAY_MS = 86_400_000
const AGES = [
  { value: '30', label: '30 days' },
  { value: '7', label: '7 days' },
  { value: '1', label: '1 day' },
  { value: '0', label: 'any time: all that nothing uses now' },
]

/** Deletes what nothing has used for a while, after it has shown what goes. */
export function PruneEnvironments() {
  const [isOpen, setOpen] = useState(false)
  useHeadingAfterwards(isOpen)
  return (
    <>
      <Button variant="default" leftSection={<Eraser size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Prune…
      </Button>
      {isOpen && <PruneDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function PruneDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const cache = useQueryClient()
  const [days, setDays] = useState('30')
  const olderThanMs = Number(days) * DAY_MS
  const { data, error, refetch } = useQuery(queries.prunable(client, olderThanMs))
  const environments = data?.environments ?? []
  const prune = async () => {
    await client.pruneEnvironments({ olderThanMs, dryRun: false })
    await cache.invalidateQueries({ queryKey: ['environments'] })
  }
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title="Delete environments that nothing uses?"
      confirmLabel={environments.length === 0 ? 'Delete them' : `Delete ${countText(environments.length)}`}
      canConfirm={environments.length > 0}
      onConfirm={prune}
    >
      <Stack gap="sm">
        <NativeSelect
          label="Not used for"
          value={days}
          data={AGES}
          onChange={({ currentTarget }) => setDays(currentTarget.value)}
        />
        {error !== null && (
          <ProblemAlert title="What would go is not known" message={error.message} onRetry={() => void refetch()} />
        )}
        {error === null && data === undefined && <Waiting what="what would go" />}
        {data !== undefined && <WhatGoes environments={environments} />}
      </Stack>
    </ConfirmDialog>
  )
}

function countText(count: number): string {
  return count === 1 ? '1 environment' : `${count.toLocaleString()} environments`
}

function WhatGoes({ environments }: { readonly environments: readonly EnvironmentView[] }) {
  const total = environments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (environments.length === 0) {
    return (
      <Text size="sm" role="status">
        There is nothing to delete.
      </Text>
    )
  }
  return (
    <>
      <Text size="sm" role="status">
        {countText(environments.length)} with {bytesText(total)} {environments.length === 1 ? 'goes' : 'go'}. A run that
        needs one builds it again, which may need the network.
      </Text>
      <List size="sm" aria-label="What goes">
        {environments.map((environment) => (
          <List.Item key={keyOf(environment)}>
            <code>{shortDigest(environment.digest)}</code>, {kindWord(environment.kind)},{' '}
            {bytesText(environment.sizeBytes)}, last used <Time iso={environment.lastUsedAt} empty="never" />
            {environment.users.length > 0 && ` by ${environment.users.join(', ')}`}
          </List.Item>
        ))}
      </List>
    </>
  )
}
