import { ActionIcon, Button, Group, Stack, Table, Text, TextInput, Tooltip } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { EditableText } from './editable-text.tsx'
import { ProblemAlert } from './problem-alert.tsx'
import { WideTable } from './wide-table.tsx'

/** Sets tags; null removes one. Rejects with the message to show. */
type SetTags = (tags: Readonly<Record<string, string | null>>) => Promise<unknown>

type TagEditorProps = {
  readonly label: string
  readonly tags: readonly (readonly [key: string, value: string])[]
  readonly onSet: SetTags
}

/** Tags that can be added, changed and removed. */
export function TagEditor({ label, tags, onSet }: TagEditorProps) {
  const [failure, setFailure] = useState<string>()
  const set: SetTags = async (wanted) => {
    setFailure(undefined)
    await onSet(wanted)
  }
  const remove = (key: string) => void set({ [key]: null }).catch((error: Error) => setFailure(error.message))
  return (
    <Stack gap="xs">
      {tags.length === 0 ? (
        <Text size="sm">No tags yet.</Text>
      ) : (
        <WideTable label={label} minWidth={320} head={<Head />}>
          {tags.map(([key, value]) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                {key}
              </Table.Th>
              <Table.Td>
                <EditableText
                  what={`value of ${key}`}
                  text={value}
                  empty="(empty)"
                  isLong
                  onSave={(text) => set({ [key]: text })}
                />
              </Table.Td>
              <Table.Td>
                <Tooltip label={`Remove the tag ${key}`}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove the tag ${key}`}
                    onClick={() => remove(key)}
                  >
                    <X size={16} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              </Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
      {failure !== undefined && <ProblemAlert title="The tag was not removed" message={failure} />}
      <NewTag onSet={set} />
    </Stack>
  )
}

function Head() {
  return (
    <>
      <Table.Th scope="col" w="40%">
        Tag
      </Table.Th>
      <Table.Th scope="col">Value</Table.Th>
      <Table.Th scope="col" w={60}>
        Remove
      </Table.Th>
    </>
  )
}

function NewTag({ onSet }: { readonly onSet: SetTags }) {
  const [draft, setDraft] = useState({ key: '', value: '' })
  const [failure, setFailure] = useState<string>()
  const add = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await onSet({ [draft.key.trim()]: draft.value })
      setDraft({ key: '', value: '' })
      setFailure(undefined)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <Stack gap="xs" component="form" onSubmit={(event) => void add(event)}>
      <Group gap="xs" align="flex-end">
        <TextInput
          size="xs"
          label="New tag"
          value={draft.key}
          onChange={({ currentTarget: { value } }) => setDraft((old) => ({ ...old, key: value }))}
        />
        <TextInput
          size="xs"
          label="Its value"
          value={draft.value}
          onChange={({ currentTarget: { value } }) => setDraft((old) => ({ ...old, value }))}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          disabled={draft.key.trim() === ''}
        >
          Add tag
        </Button>
      </Group>
      {failure !== undefined && <ProblemAlert title="The tag was not added" message={failure} />}
    </Stack>
  )
}
