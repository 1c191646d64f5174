import { Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { kindWord } from './kinds.tsx'
import { shortDigest } from './short-digest.ts'

type DeleteProps = {
  readonly environment: EnvironmentView
  /** Called when it is deleted. */
  readonly onDeleted?: () => void
}

/** Deletes the folder or the image of an environment; the core refuses while a run needs it, and the dialog says so. */
export function DeleteEnvironment({ environment, onDeleted }: DeleteProps) {
  const client = useClient()
  const cache = useQueryClient()
  const { digest, kind, sizeBytes, users } = environment
  const isImage = kind === 'image'
  const what = `environment ${shortDigest(digest)} (${kindWord(kind)})`
  const remove = async () => {
    await client.removeEnvironment({ digest, kind })
    onDeleted?.()
    await cache.invalidateQueries({ queryKey: ['environments'] })
  }
  return (
    <Confirm
      label="Delete"
      name={`Delete ${what}`}
      button={{ leftSection: <Trash2 size={14} aria-hidden /> }}
      title={`Delete ${what}?`}
      confirmLabel={isImage ? 'Delete image' : 'Delete environment'}
      onConfirm={remove}
    >
      <Text size="sm">
        This frees {isImage && 'up to '}
        {bytesText(sizeBytes)}. {users.length > 0 && `It was used by ${users.join(', ')}. `}
        {isImage && 'Layers that other images share stay. '}
        The next run that needs it builds it again from its lock, which takes time and may need the network. Runs and
        what they left stay.
      </Text>
    </Confirm>
  )
}
