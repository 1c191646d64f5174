import { Text } from '@mantine/core'
import { ChevronDown, ChevronRight, File, Folder } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { bytesText } from '../bytes.ts'
import { ProblemAlert } from '../problem-alert.tsx'
import { Waiting } from '../waiting.tsx'
import { foldersOf, inOrder, nameOf, type Entry } from './entries.ts'
import classes from './file-browser.module.css'

/** What is known of a folder; neither entries nor error while it is read. */
export type FolderState = {
  readonly entries: readonly Entry[] | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

type FileBrowserProps = {
  /** Names the tree for screen readers. */
  readonly label: string
  /** Reads a folder, where '' is the root, and draws what it knows of it by `show`. */
  readonly renderFolder: (path: string, show: (state: FolderState) => ReactNode) => ReactNode
  /** A link that opens a file. */
  readonly renderLink: (path: string, name: string) => ReactNode
  /** The file that is open. */
  readonly path: string | undefined
  /** What is shown beside the tree. */
  readonly children: ReactNode
}

/** A tree of files, and beside it what is open. */
export function FileBrowser({ label, path, children, renderFolder, renderLink }: FileBrowserProps) {
  return (
    <div className={classes.browser}>
      <nav className={classes.tree} aria-label={label}>
        <FolderList folder="" path={path} renderFolder={renderFolder} renderLink={renderLink} />
      </nav>
      <div className={classes.shown}>{children}</div>
    </div>
  )
}

type ListProps = Pick<FileBrowserProps, 'path' | 'renderFolder' | 'renderLink'> & { readonly folder: string }

function FolderList({ folder, ...rest }: ListProps) {
  return rest.renderFolder(folder, (state) => <Entries {...rest} {...state} />)
}

type EntriesProps = Omit<ListProps, 'folder'> & FolderState

function Entries({ entries, error, refetch, ...rest }: EntriesProps) {
  if (entries === undefined) {
    if (error === null) return <Waiting what="the folder" />
    return <ProblemAlert title="The folder cannot be read" message={error.message} onRetry={() => void refetch()} />
  }
  if (entries.length === 0) return <Text size="sm">The folder is empty.</Text>
  return (
    <ul className={classes.list}>
      {inOrder(entries).map((entry) => (
        <li key={entry.path}>
          {entry.isFolder ? (
            <FolderItem entry={entry} {...rest} />
          ) : (
            <div className={classes.row} data-open={entry.path === rest.path || undefined}>
              <File size={14} aria-hidden />
              {rest.renderLink(entry.path, nameOf(entry.path))}
              <Size bytes={entry.size} />
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

type ItemProps = Omit<ListProps, 'folder'> & { readonly entry: Entry }

function FolderItem({ entry: { path: folder, size }, path, ...rest }: ItemProps) {
  const isOnWay = path !== undefined && foldersOf(path).includes(folder)
  const [toggled, setToggled] = useState<boolean>()
  const isOpen = toggled ?? isOnWay
  const Icon = isOpen ? ChevronDown : ChevronRight
  return (
    <>
      <div className={classes.row}>
        <button type="button" className={classes.folder} aria-expanded={isOpen} onClick={() => setToggled(!isOpen)}>
          <Icon size={14} aria-hidden />
          <Folder size={14} aria-hidden />
          {nameOf(folder)}
        </button>
        <Size bytes={size} />
      </div>
      {isOpen && <FolderList folder={folder} path={path} {...rest} />}
    </>
  )
}

function Size({ bytes }: { readonly bytes: number | null }) {
  if (bytes === null) return null
  return (
    <Text span size="xs" className={classes.size}>
      {bytesText(bytes)}
    </Text>
  )
}
