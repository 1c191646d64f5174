import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import { isProblem } from '#core/base/problem.ts'
import type { Opened } from '#core/contract/desktop.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { askDesktop, desktopBridge } from '#renderer/data/desktop.ts'
import { addWithPipeline, findPipeline } from '#renderer/data/opened-pipeline.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { AddFolder } from '#renderer/pages/pipelines/add-folder.tsx'
import { ConfirmDialog } from '#renderer/ui/confirm.tsx'
import { folderOf } from '#renderer/ui/folder-of.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { DropArea } from './drop-area.tsx'
import { pageOf } from './page-of.ts'

/** What is not opened without a word of the person: a folder, or a pipeline whose folder was not added. */
type Question =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'pipeline'; readonly file: string; readonly name: string }

/** Opens what the app was asked to open, and what is dropped on the page: pages at once, folders after a question. */
export function Opening() {
  const [questions, setQuestions] = useState<readonly Question[]>([])
  const ask = useCallback((question: Question) => {
    setQuestions((before) => (before.some((it) => isSame(it, question)) ? before : [...before, question]))
  }, [])
  const open = useOpen(ask)
  useEffect(() => {
    const take = async () => {
      const waiting = await askDesktop('What was opened is not shown', (bridge) => bridge.takeOpened())
      for (const opened of waiting ?? []) open(opened)
    }
    void take()
    return desktopBridge()?.onOpened(() => void take())
  }, [open])
  const [question] = questions
  const close = () => setQuestions(([, ...rest]) => rest)
  return (
    <>
      <DropArea onOpened={open} />
      {question?.kind === 'folder' && <OfferFolder key={question.path} path={question.path} onClose={close} />}
      {question?.kind === 'pipeline' && <OfferFolderOf key={question.file} {...question} onClose={close} />}
    </>
  )
}

function isSame(one: Question, other: Question): boolean {
  return one.kind === 'folder'
    ? other.kind === 'folder' && one.path === other.path
    : other.kind === 'pipeline' && one.file === other.file
}

/** Opens one thing, or asks about it; what cannot be opened is said in a note and changes nothing. */
function useOpen(ask: (question: Question) => void): (opened: Opened) => void {
  const client = useClient()
  const router = useRouter()
  return useCallback(
    (opened) => {
      const openPipeline = async (file: string) => {
        const found = await findPipeline(client, file)
        if ('name' in found) ask({ kind: 'pipeline', file, name: found.name })
        else await router.navigate({ to: '/pipelines/$pipeline', params: { pipeline: found.id } })
      }
      switch (opened.kind) {
        case 'page': {
          const page = pageOf(router, opened.path)
          if (page === undefined) tellNoPage(opened.path)
          else router.history.push(page)
          break
        }
        case 'pipeline':
          openPipeline(opened.file).catch((error: unknown) => tell(`${opened.file} was not opened`, faultText(error)))
          break
        case 'folder':
          ask(opened)
          break
      }
    },
    [ask, client, router],
  )
}

function tellNoPage(path: string): void {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path
  tell('Nothing was opened', `The workbench has no page ${shown}: it may be of another version, or mistyped.`)
}

function tell(title: string, message: string): void {
  notifications.show({ color: 'red', title, message, autoClose: false })
}

/** The sentence of the Problem, and each fault of a document with its line. */
function faultText(error: unknown): string {
  const issues = isProblem(error) ? error.issues : []
  if (issues.length < 2) return problemOf(error).message
  const lines = issues.map(({ message, place }) => (place === undefined ? message : `line ${place.line}: ${message}`))
  return `The document has faults: ${lines.join('; ')}`
}

type OfferProps = { readonly onClose: () => void }

function OfferFolder({ path, onClose }: OfferProps & { readonly path: string }) {
  const navigate = useNavigate()
  return (
    <AddFolder isOpen start={path} onClose={onClose} onAdded={() => void navigate({ to: '/pipelines' })}>
      This folder is to be opened. Pipelines are looked for in it, and in the folders below, once you add it; nothing in
      it is changed.
    </AddFolder>
  )
}

type OfferFolderOfProps = OfferProps & { readonly file: string; readonly name: string }

function OfferFolderOf({ file, name, onClose }: OfferFolderOfProps) {
  const client = useClient()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const folder = folderOf(file)
  useHeadingAfterwards(true)
  const add = async () => {
    const pipeline = await addWithPipeline(client, folder, file.slice(folder.length).replace(/^[/\\]/, ''))
    await cache.invalidateQueries({ queryKey: ['pipelines'] })
    await navigate({ to: '/pipelines/$pipeline', params: { pipeline } })
  }
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Add the folder of ${name}?`}
      confirmLabel="Add the folder and open it"
      isDangerous={false}
      onConfirm={add}
    >
      <Text size="sm" mb="xs">
        The pipeline <b>{name}</b> is in a folder that was not added:
      </Text>
      <Text size="sm" ff="monospace" mb="xs" style={{ overflowWrap: 'anywhere' }}>
        {folder}
      </Text>
      <Text size="sm">
        To open it, this folder is added: pipelines are looked for in it, and in the folders below, from now on. Nothing
        in it is changed, and it can be removed from the list again.
      </Text>
    </ConfirmDialog>
  )
}
