import { isDeepStrictEqual } from 'node:util'
import { isMap, isSeq, parseDocument, stringify, type Document } from 'yaml'
import {
  entryNamed,
  isSameContext,
  readKubeconfig,
  refuseOthers,
  SECTIONS,
  usedBy,
  type ContextEntries,
  type Kubeconfig,
  type NamedEntry,
} from './kubeconfig-shape.ts'
import { splice, type KubeconfigChange } from './kubeconfig-splice.ts'

const HEAD = { apiVersion: 'v1', kind: 'Config' } as const

/**
 * The text of a kubeconfig with one context more, and everything else as it was written, comments included. Throws Problem
 * `cluster_config` for a text that is none, and `conflict` where a name means another cluster.
 */
export function mergeContext(
  text: string,
  ours: ContextEntries,
  { use, file }: { use: boolean; file: string },
): string {
  const { document, before } = read(text, file)
  refuseOthers(before, ours, file)
  const lacking = SECTIONS.filter((it) => !isDeepStrictEqual(entryNamed(before, it, ours[it].name), ours[it]))
  const put = Object.fromEntries(lacking.map((section) => [section, ours[section]]))
  const isCurrent = before['current-context'] === ours.contexts.name
  return changed(
    text,
    { document, before, file },
    { put, drop: {}, ...(use && !isCurrent ? { current: ours.contexts.name } : {}) },
  )
}

/** The text without a context, where it is still the one that was added; what others in the file use of it stays. */
export function removeContext(text: string, ours: ContextEntries, file: string): string {
  const { document, before } = read(text, file)
  const there = entryNamed(before, 'contexts', ours.contexts.name)
  const isOurs = there !== undefined && isSameContext(there, ours.contexts)
  if (!isOurs || !isDeepStrictEqual(entryNamed(before, 'clusters', ours.clusters.name), ours.clusters)) return text
  const others = (before.contexts ?? []).filter((it) => it !== there).flatMap((it) => usedBy(it))
  const gone = SECTIONS.filter((section) => {
    const { name } = ours[section]
    return entryNamed(before, section, name) !== undefined && !others.includes(`${section} ${name}`)
  })
  const drop = Object.fromEntries(gone.map((section) => [section, ours[section].name]))
  const isCurrent = before['current-context'] === ours.contexts.name
  return changed(text, { document, before, file }, { put: {}, drop, ...(isCurrent ? { current: '' } : {}) })
}

type Read = { readonly document: Document; readonly before: Kubeconfig; readonly file: string }

function read(text: string, file: string): Read {
  const { document, data } = readKubeconfig(text, file)
  return { document, before: data, file }
}

/** By as small a change of the text as there is one; each is read again before it is taken. */
function changed(text: string, { document, before, file }: Read, change: KubeconfigChange): string {
  const wanted = asData(before, change)
  if (isDeepStrictEqual(wanted, before)) return text
  const ways = [
    () => (document.contents === null ? fresh(text, wanted) : splice(text, document, change)),
    () => (isJson(text) ? `${JSON.stringify(wanted, null, 2)}\n` : undefined),
    () => asTree(document, change),
  ]
  for (const way of ways) {
    const result = way()
    if (result !== undefined && isText(result, wanted)) return result
  }
  throw new Error(`${file} could not be changed`)
}

function asData(before: Kubeconfig, { put, drop, current }: KubeconfigChange): Kubeconfig {
  const after: Kubeconfig = { ...before }
  for (const section of SECTIONS) {
    const [entry, gone] = [put[section], drop[section]]
    const list: NamedEntry[] = before[section] ?? []
    if (entry !== undefined) {
      const isThere = list.some(({ name }) => name === entry.name)
      after[section] = isThere ? list.map((it) => (it.name === entry.name ? entry : it)) : [...list, entry]
    }
    if (gone !== undefined) after[section] = list.filter(({ name }) => name !== gone)
  }
  if (current !== undefined) after['current-context'] = current
  return after
}

/** Whether a text says that. Where a key stands does not matter, and an empty file has no kind. */
function isText(text: string, wanted: Kubeconfig): boolean {
  const document = parseDocument(text)
  return document.errors.length === 0 && isDeepStrictEqual({ ...HEAD, ...document.toJS() }, { ...HEAD, ...wanted })
}

/** Of a file that is empty but for comments. */
function fresh(text: string, wanted: Kubeconfig): string {
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return start + stringify({ ...HEAD, ...wanted }, { lineWidth: 0 })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** By the tree: comments stay, but lines may be written otherwise. */
function asTree(document: Document, { put, drop, current }: KubeconfigChange): string {
  for (const section of SECTIONS) {
    const [entry, gone] = [put[section], drop[section]]
    const list = document.get(section)
    const name = entry?.name ?? gone
    const index = isSeq(list) ? list.items.findIndex((it) => isMap(it) && it.get('name') === name) : -1
    if (entry !== undefined && !isSeq(list)) document.set(section, document.createNode([entry]))
    else if (entry !== undefined && isSeq(list))
      list.set(index === -1 ? list.items.length : index, document.createNode(entry))
    else if (gone !== undefined && isSeq(list)) list.delete(index)
  }
  if (current !== undefined) document.set('current-context', current)
  return document.toString({ lineWidth: 0 })
}
