import { statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Opened } from '#core/contract/desktop.ts'

/** Pages that a link may name: a link shows something, it never begins anything. */
const PLACES = ['environments', 'experiments', 'models', 'pipelines', 'runs', 'schedules', 'settings']
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** The page that a link `minisub://runs/01…` names; undefined where it names none. Queries are not taken. */
export function pageOfLink(link: string): Opened | undefined {
  const rest = /^minisub:\/\/([^?#]{1,2000})$/.exec(link)?.[1]
  const [place = '', ...segments] = rest?.replace(/\/$/, '').split('/') ?? []
  const isKnown = PLACES.includes(place) && segments.length <= 4 && segments.every((it) => SEGMENT.test(it))
  return isKnown ? { kind: 'page', path: `/${[place, ...segments].join('/')}` } : undefined
}

/** A folder, or a file whose name says that it is a pipeline; undefined for all else. The path must be absolute. */
export function openedOfPath(path: string): Opened | undefined {
  const kind = isAbsolute(path) ? statSync(path, { throwIfNoEntry: false }) : undefined
  if (kind?.isDirectory() === true) return { kind: 'folder', path: resolve(path) }
  const isPipeline = kind?.isFile() === true && /\.pipeline\.ya?ml$/.test(path)
  return isPipeline ? { kind: 'pipeline', file: resolve(path) } : undefined
}

/**
 * What an instance was started for, from the arguments behind its program, relative ones below its working folder.
 * `refused` has those that name neither a page nor something to open; options are nobody's business here.
 */
export function openedOfArguments(args: readonly string[], folder: string): { opened: Opened[]; refused: string[] } {
  const opened: Opened[] = []
  const refused: string[] = []
  for (const arg of args.filter((it) => it !== '' && !it.startsWith('-'))) {
    const found = arg.startsWith('minisub:') ? pageOfLink(arg) : openedOfPath(resolve(folder, arg))
    if (found === undefined) refused.push(arg)
    else opened.push(found)
  }
  return { opened, refused }
}
