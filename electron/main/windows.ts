import { OPENED_CHANNEL, type Opened } from '#core/contract/desktop.ts'
import * as rules from '#core/desktop/index.ts'
import type { Calls, Window } from './calls.ts'

type Options = {
  readonly calls: Pick<Calls, 'BrowserWindow' | 'nativeTheme' | 'screen'>
  readonly preload: string
  readonly log: (sentence: string) => void
  /** Where the core is; undefined while none is ready. */
  readonly core: () => string | undefined
  /** Asked before the last window closes. */
  readonly mayClose: () => boolean
}
type State = { path: string; readonly waiting: Opened[]; isPainted: boolean }
/** The one that was last in front is the last. */
type Shown = Map<Window, State>
export type Windows = ReturnType<typeof openWindows>

/** The windows of the app. */
export function openWindows(options: Options) {
  const { core } = options
  const shown: Shown = new Map()
  let report: Window | undefined
  const at = (contents: number) => [...shown].find(([window]) => window.webContents.id === contents)
  const tell = (window: Window, { waiting }: State): void => {
    if (core() !== undefined && waiting.length > 0) window.webContents.send(OPENED_CHANNEL)
  }
  const begin = (path: string, saved?: rules.SavedWindow): void => {
    open(options, shown, { path, saved }).on('closed', () => void (shown.size === 0 && report?.close()))
  }
  return {
    all: () => [...shown.keys()],
    /** A window for a page of the core; while there is no core it tells so. */
    open: begin,
    /** One window that tells of the last end of the core, beside the others. */
    report: () => {
      if (report === undefined) {
        report = make(options, { width: 760, height: 560 })
        report.on('closed', () => (report = undefined))
      }
      load(options, report, rules.REPORT_PAGE)
    },
    /** What is to be remembered of them. */
    saved: (): rules.SavedWindow[] => [...shown].map(savedOf),
    /** Shows the window that was last in front, and gives it something to open. */
    bring: (opened?: Opened) => {
      const isNew = shown.size === 0
      if (isNew) begin('/')
      for (const [window, state] of [...shown].slice(-1)) {
        if (opened !== undefined) state.waiting.push(opened)
        tell(window, state)
        if (state.isPainted || !isNew) front(window)
      }
    },
    /** What waits for the window of these contents; it is told once. */
    take: (contents: number): Opened[] => at(contents)?.[1].waiting.splice(0) ?? [],
    /** Has windows that show no page of the core show theirs; a code is good for the first of them alone. */
    showCore: (code: string | null) => {
      let rest = code
      for (const [window, state] of shown) {
        tell(window, state)
        if (rules.originOf(window.webContents.getURL()) === core()) continue
        load(options, window, `${core()}${pathOf(window, state)}${rest === null ? '' : `#code=${rest}`}`)
        rest = null
      }
    },
    /** Loads what the window of these contents shows once more, with a code for a session. */
    signIn: (contents: number, code: string) => {
      const [window, state] = at(contents) ?? []
      if (window !== undefined && state !== undefined)
        load(options, window, `${core()}${pathOf(window, state)}#code=${code}`)
    },
    showTrouble: () => shown.forEach((state, window) => leave(options, window, state)),
  }
}

function leave(options: Options, window: Window, state: State): void {
  state.path = pathOf(window, state)
  load(options, window, rules.TROUBLE_PAGE)
}

function savedOf([window, state]: [Window, State]): rules.SavedWindow {
  return { ...window.getNormalBounds(), isMaximized: window.isMaximized(), path: pathOf(window, state) }
}

function front(window: Window): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** The page that a window shows, or showed before it had to tell of trouble. */
function pathOf({ webContents }: Window, { path }: State): string {
  const url = webContents.getURL()
  const origin = rules.originOf(url)
  if (origin === undefined || rules.TROUBLE_PAGE.startsWith(origin)) return path
  const { pathname, search } = new URL(url)
  return pathname + search
}

function make({ calls, preload }: Options, bounds: object): Window {
  const window = new calls.BrowserWindow({
    width: 1280,
    height: 820,
    minWidth: 480,
    minHeight: 360,
    ...bounds,
    show: false,
    backgroundColor: calls.nativeTheme.shouldUseDarkColors ? '#242424' : '#ffffff',
    webPreferences: { ...rules.WEB_PREFERENCES, preload },
  })
  window.on('ready-to-show', () => window.show())
  return window
}

function load({ log }: Options, window: Window, address: string): void {
  window.loadURL(address).catch((error: unknown) => log(`a page did not load: ${String(error)}`))
}

type Wanted = { readonly path: string; readonly saved?: rules.SavedWindow | undefined }

function open(options: Options, shown: Shown, { path, saved }: Wanted): Window {
  const { calls, core, mayClose } = options
  const window = make(options, saved === undefined ? {} : rules.boundsOn(calls.screen.getAllDisplays(), saved))
  const state: State = { path, waiting: [], isPainted: false }
  shown.set(window, state)
  window.on('ready-to-show', () => {
    state.isPainted = true
    if (saved?.isMaximized === true) window.maximize()
  })
  window.on('focus', () => {
    shown.delete(window)
    shown.set(window, state)
  })
  window.on('close', (event) => {
    if (shown.size === 1 && !mayClose()) event.preventDefault()
  })
  window.on('closed', () => shown.delete(window))
  load(options, window, core() === undefined ? rules.TROUBLE_PAGE : `${core()}${path}`)
  return window
}
