import { delimiter } from 'node:path'
import { loginPath } from '#core/files/index.ts'

/** How long a login shell may take; the app waits ten seconds for a core. */
const LIMIT_MS = 3_000
/** What the first program of an AppImage puts its own folders into. */
const OF_APP_IMAGE = ['PATH', 'LD_LIBRARY_PATH', 'XDG_DATA_DIRS', 'GSETTINGS_SCHEMA_DIR']
/** What it sets for the app alone. A shell like zsh would start all that it starts under the name in ARGV0. */
const ITS_OWN = ['APPDIR', 'APPIMAGE', 'ARGV0', 'OWD']

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The variables that a core would have which was started from a terminal: with the PATH of the login shell, which what a
 * desktop starts has not, and without the folders of the AppImage that holds the app. Those of `variables` otherwise. A
 * shell that does not answer within `limitMs` adds nothing.
 */
export async function environmentOfTerminal(variables: Variables, limitMs: number = LIMIT_MS): Promise<Variables> {
  const clean = withoutAppImage(variables)
  const [own, login] = [foldersOf(clean['PATH']), foldersOf(await loginPath(clean, limitMs))]
  // Where nothing is missing, a terminal started the app: what it put first stays first.
  if (login.every((folder) => own.includes(folder))) return clean
  return { ...clean, PATH: [...new Set([...login, ...own])].join(delimiter) }
}

function withoutAppImage(variables: Variables): Variables {
  const folder = variables['APPDIR'] ?? ''
  if (folder === '') return variables
  const isOther = (it: string): boolean => it !== folder && !it.startsWith(`${folder}/`)
  const others = Object.entries(variables).filter(([name]) => !ITS_OWN.includes(name))
  const entries = others.map(([name, value]): [string, string | undefined] =>
    OF_APP_IMAGE.includes(name) ? [name, foldersOf(value).filter(isOther).join(delimiter)] : [name, value],
  )
  return Object.fromEntries(entries.filter(([name, value]) => value !== '' || !OF_APP_IMAGE.includes(name)))
}

/** The loader of Linux reads an empty one as the folder where somebody works. */
function foldersOf(list = ''): string[] {
  return list.split(delimiter).filter((folder) => folder !== '')
}

/** Makes the variables of this process such, in the app; not on Windows, whose programs all have the same. */
export async function adoptEnvironment(): Promise<void> {
  if (process.versions['electron'] === undefined || process.platform === 'win32') return
  const wanted = await environmentOfTerminal(process.env)
  for (const name of [...OF_APP_IMAGE, ...ITS_OWN]) {
    const value = wanted[name]
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
