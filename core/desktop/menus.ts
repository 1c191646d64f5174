import type { ActiveJob } from '#core/contract/desktop.ts'

/** An item of a menu, as Electron takes it. */
type MenuItem = {
  readonly label?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly type?: 'separator'
  readonly role?: 'appMenu' | 'close' | 'editMenu' | 'viewMenu' | 'windowMenu' | 'help'
  readonly submenu?: MenuItem[]
  readonly click?: () => void
}

/** What menus and the tray can do. */
export type MenuVerbs = {
  /** Shows a page, or where none is named the window that was last in front. */
  readonly show: (path?: string) => void
  readonly newWindow: () => void
  readonly openPipeline: () => void
  readonly openFolder: () => void
  readonly showLogs: () => void
  readonly quit: () => void
}
const MOST_JOBS = 10

/** The menu of the application. */
export function applicationMenu(platform: NodeJS.Platform, verbs: MenuVerbs): MenuItem[] {
  const isMac = platform === 'darwin'
  const file: MenuItem[] = [
    { label: 'New Window', accelerator: 'CmdOrCtrl+N', click: verbs.newWindow },
    { label: 'Open Pipeline…', accelerator: 'CmdOrCtrl+O', click: verbs.openPipeline },
    { label: 'Open Folder…', accelerator: 'CmdOrCtrl+Shift+O', click: verbs.openFolder },
    { type: 'separator' },
    isMac ? { role: 'close' } : { label: 'Quit', accelerator: 'Ctrl+Q', click: verbs.quit },
  ]
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: file },
    { role: 'editMenu' },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ label: 'Show the Logs', click: verbs.showLogs }] },
  ]
}

/** How much is active, in words. */
export function trayTitle(count: number): string {
  return count === 0 ? 'Nothing is running' : `${count} running`
}

/** The menu of the tray: what runs, and the two ways on. */
export function trayMenu(jobs: readonly ActiveJob[], verbs: MenuVerbs): MenuItem[] {
  const rest = jobs.length - MOST_JOBS
  return [
    { label: trayTitle(jobs.length), enabled: false },
    ...jobs.slice(0, MOST_JOBS).map(({ text, path }) => ({ label: text, click: () => verbs.show(path) })),
    ...(rest > 0 ? [{ label: `and ${rest} more`, click: () => verbs.show('/runs') }] : []),
    { type: 'separator' },
    { label: 'Open Mini-Submarine', click: () => verbs.show() },
    { label: 'Quit', click: verbs.quit },
  ]
}

/** What is asked once; the answers are `keep`, `quit` and neither. */
export function closingQuestion(jobs: number) {
  return {
    type: 'question' as const,
    message: `${trayTitle(jobs)}: shall it go on when the last window is closed?`,
    detail:
      'It goes on while the app stays in the tray. Quit lets steps that run come to their end, and begins no others until the app is started again. This is asked once: the setting desktop.closing has the answer.',
    buttons: ['Go on in the tray', 'Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  }
}

/** A dialog for a folder or a pipeline. */
export function chooserOf(kind: 'folder' | 'pipeline') {
  return {
    properties: [kind === 'folder' ? ('openDirectory' as const) : ('openFile' as const)],
    filters: kind === 'folder' ? [] : [{ name: 'Pipelines', extensions: ['yaml', 'yml'] }],
  }
}
