import { Badge, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { FolderCheck, FolderX, TriangleAlert, type LucideIcon } from 'lucide-react'
import type { FolderView } from '#core/contract/folders.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import classes from './pipelines.module.css'

type Look = { readonly icon: LucideIcon; readonly color: string; readonly label: string; readonly advice?: string }

const STATES: Readonly<Record<FolderView['state'], Look>> = {
  ready: { icon: FolderCheck, color: 'green', label: 'ready' },
  partial: {
    icon: TriangleAlert,
    color: 'orange',
    label: 'partly read',
    advice: 'It holds more files than are looked at, so pipelines may be missing: add the folder that holds them.',
  },
  missing: {
    icon: FolderX,
    color: 'red',
    label: 'missing',
    advice: 'It is not there: put it back, or remove it from this list.',
  },
  unreadable: {
    icon: FolderX,
    color: 'red',
    label: 'unreadable',
    advice: 'The core may not read it: give the user that runs the core the permission.',
  },
}

/** The folders in which pipelines are looked for. */
export function FolderList({ folders }: { readonly folders: readonly FolderView[] }) {
  if (folders.length === 0) return <Text size="sm">None was added: what is listed above is known by its runs.</Text>
  return (
    <ul className={classes.list}>
      {folders.map((folder) => (
        <FolderItem key={folder.id} folder={folder} />
      ))}
    </ul>
  )
}

function FolderItem({ folder }: { readonly folder: FolderView }) {
  const client = useClient()
  const cache = useQueryClient()
  const { icon: Icon, color, label, advice } = STATES[folder.state]
  const remove = async () => {
    await client.removeFolder({ folder: folder.id })
    await cache.invalidateQueries({ queryKey: ['pipelines'] })
  }
  return (
    <li className={classes.folder}>
      <div className={classes.grow}>
        <Text size="sm" ff="monospace" className={classes.path}>
          {folder.path}
        </Text>
        {advice !== undefined && <Text size="sm">{advice}</Text>}
      </div>
      <Badge variant="default" tt="none" leftSection={<Icon size={14} color={`var(--mantine-color-${color}-text)`} />}>
        {label}
      </Badge>
      <Text size="sm">{folder.pipelines === 1 ? '1 pipeline' : `${folder.pipelines} pipelines`}</Text>
      <Confirm
        label="Remove"
        name={`Remove ${folder.path}`}
        title="Remove this folder from the list?"
        confirmLabel="Remove the folder"
        isDangerous={false}
        onConfirm={remove}
      >
        Pipelines are no longer looked for in <b className={classes.path}>{folder.path}</b>. Nothing on disk is touched,
        runs stay, and it can be added again.
      </Confirm>
    </li>
  )
}
