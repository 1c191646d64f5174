import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMemo } from 'react'
import { useModelCalls } from './use-model-calls.ts'

/** What can be done with the aliases of a model. */
export type Aliases = {
  /** Lets an alias mean a version. Rejects where it cannot. */
  readonly set: (alias: string, version: number) => Promise<unknown>
  /** The same where nobody waits: a failure is told in a corner. */
  readonly move: (alias: string, version: number) => void
  readonly remove: (alias: string, version: number) => void
}

/** Moves and deletes aliases of a model; each deed can be taken back for a while. `onSaid` is for screen readers. */
export function useAliases({ name }: { readonly name: string }, onSaid: (sentence: string) => void): Aliases {
  const { call, callAside } = useModelCalls()
  return useMemo(() => {
    const set: Aliases['set'] = async (alias, version) => {
      await call((client) => client.setModelAlias({ model: name, alias, version }))
      onSaid(`${alias} means version ${version} now`)
    }
    const move: Aliases['move'] = (alias, version) =>
      void callAside(`The alias ${alias} was not moved`, async () => set(alias, version))
    const remove = async (alias: string, version: number) => {
      const isDone = await callAside(`The alias ${alias} was not deleted`, (client) =>
        client.deleteModelAlias({ model: name, alias }),
      )
      if (!isDone) return
      onSaid(`The alias ${alias} is deleted`)
      offerUndo(`The alias ${alias} is deleted`, () => move(alias, version))
    }
    return { set, move, remove: (alias, version) => void remove(alias, version) }
  }, [name, onSaid, call, callAside])
}

function offerUndo(sentence: string, undo: () => void): void {
  const id = notifications.show({
    autoClose: 10_000,
    message: (
      <Group justify="space-between">
        {sentence}
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            notifications.hide(id)
            undo()
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  })
}
