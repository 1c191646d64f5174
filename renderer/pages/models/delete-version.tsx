import { List, Stack, Text } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import type { VersionRow } from '#core/contract/models.ts'
import { TypedConfirm } from '#renderer/ui/typed-confirm.tsx'
import { useModelCalls } from './use-model-calls.ts'

type DeleteProps = {
  readonly version: VersionRow
  /** Called when it is deleted. */
  readonly onDeleted?: () => void
}

/** Deletes a version for good, after its name was typed. */
export function DeleteVersion({ version: { model, version, aliases }, onDeleted }: DeleteProps) {
  const { call } = useModelCalls()
  const remove = async () => {
    await call((client) => client.deleteModelVersion({ model, version: String(version) }))
    onDeleted?.()
  }
  return (
    <TypedConfirm
      label="Delete"
      name={`Delete version ${version}`}
      button={{ leftSection: <Trash2 size={14} aria-hidden /> }}
      title={`Delete version ${version} of ${model}?`}
      word={`${model}/${version}`}
      confirmLabel="Delete version"
      onConfirm={remove}
    >
      <Stack gap="xs">
        <Text size="sm">There is no trash for versions: this is gone at once, and its number is never used again.</Text>
        <List size="sm" aria-label="What is lost">
          <List.Item>its description, tags and stage</List.Item>
          <List.Item>
            {aliases.length === 0 ? 'no alias' : `the aliases ${aliases.map((alias) => `@${alias}`).join(', ')}`}
          </List.Item>
          <List.Item>
            programs that load <code>{`models:/${model}/${version}`}</code> find it no more
          </List.Item>
        </List>
        <Text size="sm">The run and the files that it was made of stay.</Text>
      </Stack>
    </TypedConfirm>
  )
}
