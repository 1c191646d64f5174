import { ActionIcon, Button, Group, Menu, Popover, Stack, TextInput, Tooltip } from '@mantine/core'
import { ChevronDown, Plus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { problemOf } from '#renderer/data/problem.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import type { Aliases } from './use-aliases.tsx'
import classes from './models.module.css'

/** What a dragged alias is, so that nothing else can be dropped. */
export const ALIAS_TYPE = 'application/x-minisub-alias'
/** More versions would make a menu that nobody reads. */
const MENU_LIMIT = 50

type ChipProps = {
  readonly alias: string
  readonly version: number
  readonly others: readonly number[]
  readonly aliases: Aliases
}

/** An alias of a version: dragged to another row, or moved and deleted by its menu. */
export function AliasChip({ alias, version, others, aliases }: ChipProps) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button
          type="button"
          className={classes.alias}
          draggable
          aria-label={`Alias ${alias} of version ${version}`}
          onDragStart={({ dataTransfer }) => {
            dataTransfer.setData(ALIAS_TYPE, alias)
            dataTransfer.effectAllowed = 'move'
          }}
        >
          @{alias}
          <ChevronDown size={12} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {others.slice(0, MENU_LIMIT).map(
          (other) =>
            other !== version && (
              <Menu.Item key={other} onClick={() => aliases.move(alias, other)}>
                Move to version {other}
              </Menu.Item>
            ),
        )}
        <Menu.Item color="red" onClick={() => aliases.remove(alias, version)}>
          Delete the alias
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

type AddProps = { readonly version: number; readonly aliases: Aliases }

/** Gives a version one alias more. */
export function AddAlias({ version, aliases }: AddProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Tooltip label={`Add an alias to version ${version}`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="md"
            aria-label={`Add an alias to version ${version}`}
            onClick={() => setOpen(true)}
          >
            <Plus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={`New alias of version ${version}`}>
        <AliasForm version={version} aliases={aliases} onClose={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function AliasForm({ version, aliases, onClose }: AddProps & { readonly onClose: () => void }) {
  const [alias, setAlias] = useState('')
  const [failure, setFailure] = useState<string>()
  const add = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await aliases.set(alias.trim().replace(/^@/, ''), version)
      onClose()
    } catch (error) {
      setFailure(problemOf(error).message)
    }
  }
  return (
    <Stack gap="xs" component="form" maw={320} onSubmit={(event) => void add(event)}>
      <TextInput
        size="xs"
        label="Alias"
        description="Letters, digits, - and _. One that another version has comes here."
        value={alias}
        onChange={({ currentTarget }) => setAlias(currentTarget.value)}
      />
      {failure !== undefined && <ProblemAlert title="The alias was not set" message={failure} />}
      <Group>
        <Button type="submit" size="xs" disabled={alias.trim() === ''}>
          Add alias
        </Button>
      </Group>
    </Stack>
  )
}
