import { Button, Menu, Modal } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useRouter } from '@tanstack/react-router'
import { Bookmark, ChevronDown, Pencil, Save, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Problem } from '#core/base/problem.ts'
import type { TrackingView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { ConfirmDialog } from '#renderer/ui/confirm.tsx'
import { NameForm } from './rename-experiment.tsx'

const NO_VIEWS: readonly TrackingView[] = []

type Open = 'save' | 'rename' | 'delete' | undefined

/** Views of this page by names: one that is saved is an address, which is gone to. */
export function SavedViews() {
  const client = useClient()
  const { pathname, searchStr } = useLocation()
  const { history } = useRouter()
  const { data } = useQuery(experimentQueries.views(client))
  const [open, setOpen] = useState<Open>()
  const query = searchStr.replace(/^\?/, '')
  const views = (data?.views ?? []).filter(({ path }) => path === pathname)
  const current = views.find((view) => view.query === query)
  return (
    <>
      <Menu position="bottom-end" withinPortal={false} width={240}>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<Bookmark size={16} aria-hidden />}
            rightSection={<ChevronDown size={14} aria-hidden />}
          >
            {current === undefined ? 'Views' : current.name}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <Menu.Item
              key={view.name}
              onClick={() => history.push(view.query === '' ? view.path : `${view.path}?${view.query}`)}
            >
              {view.name}
            </Menu.Item>
          ))}
          {views.length === 0 && <Menu.Label>No view is saved yet</Menu.Label>}
          <Menu.Divider />
          <Menu.Item leftSection={<Save size={14} aria-hidden />} onClick={() => setOpen('save')}>
            Save this view…
          </Menu.Item>
          {current !== undefined && (
            <>
              <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => setOpen('rename')}>
                Rename {current.name}…
              </Menu.Item>
              <Menu.Item leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setOpen('delete')}>
                Delete {current.name}…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Dialogs
        open={open}
        onClose={() => setOpen(undefined)}
        views={data?.views ?? NO_VIEWS}
        current={current}
        address={{ path: pathname, query }}
      />
    </>
  )
}

type DialogsProps = {
  readonly open: Open
  readonly onClose: () => void
  readonly views: readonly TrackingView[]
  readonly current: TrackingView | undefined
  readonly address: { readonly path: string; readonly query: string }
}

function Dialogs({ open, onClose, views, current, address }: DialogsProps) {
  const client = useClient()
  const cache = useQueryClient()
  const refresh = async () => cache.invalidateQueries({ queryKey: ['tracking', 'views'] })
  const save = async (name: string) => {
    const isTaken = open === 'rename' && name !== current?.name && views.some((view) => view.name === name)
    if (isTaken) throw new Problem('conflict', `there is a view ${name}: choose another name, or delete it first`)
    await client.saveTrackingView({ name, ...address })
    if (open === 'rename' && current !== undefined && current.name !== name) {
      await client.deleteTrackingView({ name: current.name })
    }
    await refresh()
  }
  const remove = async () => {
    if (current !== undefined) await client.deleteTrackingView({ name: current.name })
    await refresh()
  }
  return (
    <>
      <Modal
        opened={open === 'save' || open === 'rename'}
        onClose={onClose}
        title={open === 'rename' ? `Rename ${current?.name ?? ''}` : 'Save this view'}
        centered
      >
        <NameForm
          label="Name of the view"
          name={open === 'rename' ? (current?.name ?? '') : ''}
          submitLabel={open === 'rename' ? 'Rename' : 'Save'}
          problemTitle="The view was not saved"
          onSubmit={save}
          onClose={onClose}
        />
      </Modal>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={onClose}
        title={`Delete the view ${current?.name ?? ''}?`}
        confirmLabel="Delete view"
        onConfirm={remove}
      >
        The runs that it shows stay.
      </ConfirmDialog>
    </>
  )
}
