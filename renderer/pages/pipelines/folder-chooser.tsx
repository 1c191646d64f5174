import { Text, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { CornerLeftUp, Folder } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react'
import type { FolderListing } from '#core/contract/folders.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import classes from './pipelines.module.css'

type ChooserProps = {
  /** What is typed; empty for the home of the user. */
  readonly path: string
  readonly onChoose: (path: string) => void
  readonly listRef: RefObject<HTMLUListElement | null>
}

/**
 * The folders below the path. Up and down move, Enter and right go into one, left goes to the one above. While the path
 * is of no folder, the last list stays.
 */
export function FolderChooser({ path, onChoose, listRef }: ChooserProps) {
  const client = useClient()
  const [settled] = useDebouncedValue(path, 200)
  const { data, error } = useQuery({
    ...queries.browse(client, settled === '' ? undefined : settled),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  })
  const wasChosen = useRef(false)
  useEffect(() => {
    // Who went into a folder by keyboard goes on in its list.
    if (!wasChosen.current || data === undefined) return
    wasChosen.current = false
    listRef.current?.querySelector<HTMLElement>('button')?.focus()
  }, [data, listRef])
  const choose = (next: string) => {
    wasChosen.current = true
    onChoose(next)
  }
  return (
    <div>
      <Text size="sm" fw={500} role="status" className={classes.path}>
        {headOf(data, error)}
      </Text>
      <ul ref={listRef} className={classes.chooser} aria-label="Folders">
        {data !== undefined && data.parent !== null && (
          <Choice path={data.parent} name="The folder above" icon={CornerLeftUp} listing={data} onChoose={choose} />
        )}
        {data?.folders.map((folder) => (
          <Choice key={folder.path} {...folder} icon={Folder} listing={data} onChoose={choose} />
        ))}
      </ul>
      {data?.truncated === true && <Text size="sm">There are more than are listed: type the path.</Text>}
    </div>
  )
}

function headOf(listing: FolderListing | undefined, error: unknown): string {
  if (error !== null) return problemOf(error).message
  if (listing === undefined) return 'Reading …'
  return listing.folders.length === 0 ? `No folders in ${listing.path}` : `Folders in ${listing.path}`
}

type ChoiceProps = {
  readonly path: string
  readonly name: string
  readonly icon: typeof Folder
  readonly listing: FolderListing
  readonly onChoose: (path: string) => void
}

function Choice({ path, name, icon: Icon, listing, onChoose }: ChoiceProps) {
  return (
    <li>
      <UnstyledButton
        className={classes.choice}
        onClick={() => onChoose(path)}
        onKeyDown={(event) => move(event, listing, onChoose)}
      >
        <Icon size={16} aria-hidden /> {name}
      </UnstyledButton>
    </li>
  )
}

function move(event: KeyboardEvent, listing: FolderListing, choose: (path: string) => void): void {
  const buttons = [...(event.currentTarget.closest('ul')?.querySelectorAll<HTMLElement>('button') ?? [])]
  const at = buttons.findIndex((button) => button === event.currentTarget)
  const go = (index: number) => buttons[Math.min(Math.max(index, 0), buttons.length - 1)]?.focus()
  switch (event.key) {
    case 'ArrowDown':
      go(at + 1)
      break
    case 'ArrowUp':
      go(at - 1)
      break
    case 'Home':
      go(0)
      break
    case 'End':
      go(buttons.length - 1)
      break
    case 'ArrowRight':
      buttons[at]?.click()
      break
    case 'ArrowLeft':
      if (listing.parent !== null) choose(listing.parent)
      break
    default:
      return
  }
  event.preventDefault()
}
