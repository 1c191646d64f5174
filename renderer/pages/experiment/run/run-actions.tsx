import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { EditableText } from '#renderer/ui/editable-text.tsx'
import { useRunCalls } from './use-run-calls.ts'

/** Renames the run; puts it into the trash, from where the same button takes it out again. */
export function RunActions({
  run: { id, name, stage },
}: {
  readonly run: Pick<TrackedRunView, 'id' | 'name' | 'stage'>
}) {
  const { rename, remove, restore } = useRunCalls(id)
  const [isBusy, setBusy] = useState(false)
  const isDeleted = stage === 'deleted'
  const act = async () => {
    setBusy(true)
    try {
      await (isDeleted ? restore() : remove())
    } catch (error) {
      const title = isDeleted ? `${name} was not restored` : `${name} was not deleted`
      notifications.show({ color: 'red', title, message: problemOf(error).message, autoClose: false })
    } finally {
      setBusy(false)
    }
  }
  const Icon = isDeleted ? Undo2 : Trash2
  return (
    <Group gap="xs">
      {!isDeleted && <EditableText what="name" text={name} empty="" button="Rename" onSave={rename} />}
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon size={14} aria-hidden />}
        loading={isBusy}
        onClick={() => void act()}
      >
        {isDeleted ? 'Restore run' : 'Delete run'}
      </Button>
    </Group>
  )
}
