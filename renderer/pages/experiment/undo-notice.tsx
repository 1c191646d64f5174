import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { problemOf } from '#renderer/data/problem.ts'

const SHOWN_MS = 15_000

type Done = {
  /** What was done. */
  readonly title: string
  /** Takes it back. */
  readonly undo: () => Promise<unknown>
}

/** Says that something was done, and takes it back at the press of a button. */
export function showUndo({ title, undo }: Done): void {
  const takeBack = async () => {
    notifications.hide(id)
    try {
      await undo()
    } catch (error) {
      notifications.show({ color: 'red', title: 'This could not be taken back', message: problemOf(error).message })
    }
  }
  const id = notifications.show({
    title,
    autoClose: SHOWN_MS,
    message: (
      <Group gap="sm">
        <Text size="sm">It lies in the trash until that is emptied.</Text>
        <Button size="compact-sm" variant="default" onClick={() => void takeBack()}>
          Undo
        </Button>
      </Group>
    ),
  })
}
