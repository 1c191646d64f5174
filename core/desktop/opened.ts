import { statSync, type Stats } from 'node:fs'
import { basename, isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import type { Opened } from '#core/contract/desktop.ts'

/** Pages that a link may name: a link shows something, it never begins anything. */
const PLACES = ['environments', 'experiments', 'models', 'pipelines', 'runs', 'schedules', 'settings']
const Instance = z.object({ args: z.array(z.string()) })
const PIPELINE = /^(?:.+\.)?pipeline\.ya?ml$/
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
  const kind = isAbsolute(path) ? kindOf(path) : undefined
  if (kind?.isDirectory() === true) return { kind: 'folder', path: resolve(path) }
  const isPipeline = kind?.isFile() === true && PIPELINE.test(basename(path))
  return isPipeline ? { kind: 'pipeline', file: resolve(path) } : undefined
}

/** What cannot be looked at cannot be opened either. */
function kindOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
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

/** The arguments that another instance handed over; none where it is no instance of ours that says so. */
export function argumentsOf(data: unknown): string[] {
  return Instance.safeParse(data).data?.args ?? []
}
