import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { FolderInput } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { DesktopBridge, Opened } from '#core/contract/desktop.ts'
import { desktopBridge } from '#renderer/data/desktop.ts'
import classes from './drop-area.module.css'
import { readDrop, type DroppedFile } from './dropped.ts'
import { watchDrops } from './watch-drops.ts'

const IN_A_BROWSER = 'A browser does not tell where a file lies: use “Add a folder” on the page of the pipelines.'
const IN_A_DIALOG = 'A dialog is open: close it, then drop it again.'

/** In the app, what is dropped on the page is opened, and an area shows that it can be; in a browser a note says how else. */
export function DropArea({ onOpened }: { readonly onOpened: (opened: Opened) => void }) {
  const [isOver, setOver] = useState(false)
  const bridge = desktopBridge()
  useEffect(() => {
    const drop = (data: DataTransfer) => {
      if (bridge === undefined) return refuse(IN_A_BROWSER)
      const dropped = readDrop(filesIn(data, bridge))
      if ('refusal' in dropped) return refuse(dropped.refusal)
      if (document.querySelector('[aria-modal="true"]') !== null) return refuse(IN_A_DIALOG)
      onOpened(dropped.opened)
    }
    return watchDrops({ takesAll: bridge !== undefined, onOver: setOver, onDrop: drop })
  }, [bridge, onOpened])
  if (bridge === undefined || !isOver) return null
  return (
    <div className={classes.area} data-testid="drop-area">
      <div className={classes.words} role="status">
        <FolderInput size={32} aria-hidden />
        <Text fw={600}>Drop a folder or a pipeline here to open it</Text>
      </div>
    </div>
  )
}

function refuse(message: string): void {
  notifications.show({ color: 'orange', title: 'Nothing was opened', message, autoClose: false })
}

function filesIn({ items }: DataTransfer, bridge: DesktopBridge): DroppedFile[] {
  return [...items].flatMap((item) => {
    const file = item.kind === 'file' ? item.getAsFile() : null
    if (file === null) return []
    return [{ name: file.name, path: bridge.pathOf(file), isFolder: item.webkitGetAsEntry()?.isDirectory === true }]
  })
}
