import { Text, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { CornerLeftUp, Folder } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { FolderListing } from '#core/contract/folders.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import classes from './pipelines.module.css'

/** Nobody types on for so long. */
const PATIENCE_MS = 200

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
  const [settled] = useDebouncedValue(path, PATIENCE_MS)
  const [chosen, setChosen] = useState<string>()
  // What is typed is waited for; what is chosen is whole.
  const asked = path === chosen ? path : settled
  const { data, error } = useQuery({
    ...queries.browse(client, asked === '' ? undefined : asked),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const [listing, setListing] = useState(data)
  if (data !== undefined && data !== listing) setListing(data)
  const awaited = useRef<string>(undefined)
  useEffect(() => {
    // Who went into a folder by keyboard goes on in its list.
    if (listing === undefined || listing.path !== awaited.current) return
    awaited.current = undefined
    listRef.current?.querySelector<HTMLElement>('button')?.focus()
  }, [listing, listRef])
  const choose = (next: string) => {
    awaited.current = next
    setChosen(next)
    onChoose(next)
  }
  return (
    <div>
      <Text size="sm" fw={500} role="status" className={classes.path}>
        {headOf(listing, error)}
      </Text>
      <ul ref={listRef} className={classes.chooser} aria-label="Folders">
        {listing !== undefined && listing.parent !== null && (
          <Choice
            path={listing.parent}
            name="The folder above"
            icon={CornerLeftUp}
            listing={listing}
            onChoose={choose}
          />
        )}
        {listing?.folders.map((folder) => (
          <Choice key={folder.path} {...folder} icon={Folder} listing={listing} onChoose={choose} />
        ))}
      </ul>
      {listing?.truncated === true && <Text size="sm">There are more than are listed: type the path.</Text>}
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
