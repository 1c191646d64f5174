import { Button, Group, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ExperimentView } from '#core/contract/tracking.ts'
import { ConfirmDialog } from '#renderer/ui/confirm.tsx'
import { runsText, useTrash } from './actions.ts'
import { AddExperiment } from './add-experiment.tsx'
import { RenameExperiment } from './rename-experiment.tsx'
import { SavedViews } from './saved-views.tsx'

type Open = 'rename' | 'delete' | 'add' | undefined

/** What can be done with the experiment whose runs are shown. */
export function ExperimentActions({ experiments }: { readonly experiments: readonly ExperimentView[] }) {
  const [open, setOpen] = useState<Open>()
  const [first] = experiments
  const close = () => setOpen(undefined)
  return (
    <Group gap="xs">
      <SavedViews />
      {first !== undefined && (
        <>
          <Menu position="bottom-end" withinPortal={false}>
            <Menu.Target>
              <Button variant="default" aria-label={`More for ${first.name}`}>
                <Ellipsis size={16} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Plus size={14} aria-hidden />} onClick={() => setOpen('add')}>
                Show runs of others too…
              </Menu.Item>
              <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => setOpen('rename')}>
                Rename…
              </Menu.Item>
              <Menu.Item leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setOpen('delete')}>
                Delete…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <RenameExperiment experiment={first} isOpen={open === 'rename'} onClose={close} />
          <AddExperiment isOpen={open === 'add'} onClose={close} />
          <DeleteDialog experiment={first} isOpen={open === 'delete'} onClose={close} />
        </>
      )}
    </Group>
  )
}

type DialogProps = { readonly experiment: ExperimentView; readonly isOpen: boolean; readonly onClose: () => void }

function DeleteDialog({ experiment, isOpen, onClose }: DialogProps) {
  const navigate = useNavigate()
  const { deleteExperiment } = useTrash()
  const remove = async () => {
    await deleteExperiment(experiment)
    await navigate({ to: '/experiments', search: {} })
  }
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={`Delete the experiment ${experiment.name}?`}
      confirmLabel="Delete experiment"
      onConfirm={remove}
    >
      It goes to the trash with {runsText(experiment.runs)}, from which it can be restored.
    </ConfirmDialog>
  )
}
