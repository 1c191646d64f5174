import { OPENED_CHANNEL, type Opened } from '#core/contract/desktop.ts'
import { boundsOn, originOf, TROUBLE_PAGE, WEB_PREFERENCES, type SavedWindow } from '#core/desktop/index.ts'
import type { Calls, Window } from './calls.ts'

type Options = {
  readonly calls: Pick<Calls, 'BrowserWindow' | 'screen'>
  readonly preload: string
  readonly log: (sentence: string) => void
  /** Where the core is; undefined while none is ready. */
  readonly core: () => string | undefined
  /** Asked before the last window closes. */
  readonly mayClose: () => boolean
}

/** The windows of the app. */
export type Windows = {
  /** A window for a page of the core; while there is no core it tells so. */
  open(path: string, saved?: SavedWindow): void
  /** A window that tells what happened, beside the others. */
  report(): void
  all(): readonly Window[]
  /** What is to be remembered of them. */
  saved(): SavedWindow[]
  /** Shows the window that was last in front, or a new one, and gives it something to open. */
  bring(opened?: Opened): void
  /** What waits for the window of these contents; it is told once. */
  take(contents: number): Opened[]
  /** Has windows that show no page of the core show theirs; a code is good for the first of them alone. */
  showCore(code: string | null): void
  showTrouble(): void
  /** Loads what the window of these contents shows once more, with a code for a session. */
  signIn(contents: number, code: string): void
}

type State = { path: string; readonly waiting: Opened[] }
/** The one that was last in front is the last. */
type Shown = Map<Window, State>

export function openWindows(options: Options): Windows {
  const { core } = options
  const shown: Shown = new Map()
  const isOfCore = (window: Window): boolean => originOf(window.webContents.getURL()) === core()
  const pathOf = (window: Window): string => {
    const { pathname, search } = new URL(window.webContents.getURL() || TROUBLE_PAGE)
    return isOfCore(window) ? pathname + search : (shown.get(window)?.path ?? '/')
  }
  return {
    open: (path, saved) => open(options, shown, { path, saved }),
    report: () => load(options, make(options, { width: 760, height: 560 }), TROUBLE_PAGE),
    all: () => [...shown.keys()],
    saved: () =>
      [...shown.keys()].map((window) => ({
        ...window.getNormalBounds(),
        isMaximized: window.isMaximized(),
        path: pathOf(window),
      })),
    bring: (opened) => {
      if (shown.size === 0) open(options, shown, { path: '/' })
      for (const [window, { waiting }] of [...shown].slice(-1)) {
        if (opened !== undefined) waiting.push(opened)
        window.webContents.send(OPENED_CHANNEL)
        if (window.isMinimized()) window.restore()
        window.show()
        window.focus()
      }
    },
    take: (contents) => [...shown].find(([window]) => window.webContents.id === contents)?.[1].waiting.splice(0) ?? [],
    showCore: (code) => {
      const waiting = [...shown].filter(([window]) => !isOfCore(window))
      for (const [index, [window, { path }]] of waiting.entries()) {
        load(options, window, `${core()}${path}${index === 0 && code !== null ? `#code=${code}` : ''}`)
      }
    },
    signIn: (contents, code) => {
      const window = [...shown.keys()].find((it) => it.webContents.id === contents)
      if (window !== undefined) load(options, window, `${core()}${pathOf(window)}#code=${code}`)
    },
    showTrouble: () => {
      for (const [window, state] of shown) {
        state.path = pathOf(window)
        load(options, window, TROUBLE_PAGE)
      }
    },
  }
}

function make({ calls, preload }: Options, bounds: object): Window {
  const size = { width: 1280, height: 820, minWidth: 480, minHeight: 360, ...bounds }
  const window = new calls.BrowserWindow({ ...size, show: false, webPreferences: { ...WEB_PREFERENCES, preload } })
  window.on('ready-to-show', () => window.show())
  return window
}

function load({ log }: Options, window: Window, address: string): void {
  window.loadURL(address).catch((error: unknown) => log(`a page did not load: ${String(error)}`))
}

type Wanted = { readonly path: string; readonly saved?: SavedWindow | undefined }

function open(options: Options, shown: Shown, { path, saved }: Wanted): void {
  const { calls, core, mayClose } = options
  const window = make(options, saved === undefined ? {} : boundsOn(calls.screen.getAllDisplays(), saved))
  const state: State = { path, waiting: [] }
  shown.set(window, state)
  window.on('focus', () => {
    shown.delete(window)
    shown.set(window, state)
  })
  window.on('close', (event) => {
    if (shown.size === 1 && !mayClose()) event.preventDefault()
  })
  window.on('closed', () => shown.delete(window))
  if (saved?.isMaximized === true) window.maximize()
  load(options, window, core() === undefined ? TROUBLE_PAGE : `${core()}${path}`)
}
