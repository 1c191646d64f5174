import { Kbd, Modal, Table, Text } from '@mantine/core'
import { Fragment, useSyncExternalStore } from 'react'
import { useLetterKeys } from './letter-keys.ts'

/** What the sheet lists. */
export type ShortcutRow = { readonly id: string; readonly keys: readonly string[]; readonly description: string }

let isSheetOpen = false
const listeners = new Set<() => void>()

/** Opens the sheet from wherever. */
export function openShortcutSheet(): void {
  setSheet(true)
}

function setSheet(isOpen: boolean): void {
  isSheetOpen = isOpen
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** All shortcuts; to be mounted once. */
export function ShortcutSheet({ shortcuts }: { readonly shortcuts: readonly ShortcutRow[] }) {
  const isOpen = useSyncExternalStore(subscribe, () => isSheetOpen)
  const [isOn] = useLetterKeys()
  return (
    <Modal opened={isOpen} onClose={() => setSheet(false)} title="Keyboard shortcuts">
      {!isOn && (
        <Text size="sm" mb="sm">
          Those without Ctrl are switched off in the settings.
        </Text>
      )}
      <Table aria-label="Keyboard shortcuts" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Keys</Table.Th>
            <Table.Th scope="col">What they do</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shortcuts.map(({ id, keys, description }) => (
            <Table.Tr key={id}>
              <Table.Td>
                {keys.map((key, index) => (
                  <Fragment key={key}>
                    {index > 0 && ' then '}
                    <Kbd>{key}</Kbd>
                  </Fragment>
                ))}
              </Table.Td>
              <Table.Td>{description}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
