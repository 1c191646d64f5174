import { join } from 'node:path'
import { DESKTOP_APP_ID, type ActiveJob, type FromHost, type Opened } from '#core/contract/desktop.ts'
import * as rules from '#core/desktop/index.ts'
import type { Calls } from './calls.ts'
import { answerPages, guardPages } from './guard.ts'
import { openWindows, type Windows } from './windows.ts'

/** Where and how the app was started. */
export type Place = {
  /** The data folder, the file that windows are remembered in, and the folder of the app's `package.json`. */
  readonly home: string
  readonly windows: string
  readonly folder: string
  /** The arguments behind the program, and the folder that relative ones are of. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly platform: NodeJS.Platform
  readonly isPackaged: boolean
  readonly log: (sentence: string) => void
  /** The file of that log; undefined where there is none. */
  readonly logFile: string | undefined
}
type Desktop = {
  readonly calls: Calls
  readonly place: Place
  readonly core: rules.CoreProcess
  readonly windows: Windows
  readonly verbs: rules.MenuVerbs
  /** Waits for Electron to be ready; undefined from then on. */
  early: Opened[] | undefined
  tray?: InstanceType<Calls['Tray']>
  jobs: readonly ActiveJob[]
  closing: 'ask' | 'keep' | 'quit'
  /** What keeps the core away now, and how it ended last. */
  trouble?: rules.Trouble | undefined
  report?: rules.Trouble
  isAsking: boolean
  isQuitting: boolean
}
/** Electron lets go of notifications that nobody holds. */
const notifications = new Set<object>()

/** Runs the app: one instance, its core, its windows. All of Electron comes in by `calls`. */
export function startDesktop(calls: Calls, place: Place): void {
  const { app } = calls
  if (!app.requestSingleInstanceLock({ args: [...place.args] })) return app.quit()
  const scheme = { scheme: rules.SHELL_SCHEME, privileges: { standard: true, secure: true } }
  calls.protocol.registerSchemesAsPrivileged([scheme])
  if (place.platform === 'win32') app.setAppUserModelId(DESKTOP_APP_ID)
  const desktop = assemble(calls, place)
  app.on('second-instance', (_, _args, folder, data) => {
    // Too late for this one.
    if (desktop.isQuitting) app.relaunch()
    else openArguments(desktop, rules.argumentsOf(data), folder)
  })
  app.on('open-url', (event, link) => open(desktop, link, rules.pageOfLink(link), event))
  app.on('open-file', (event, path) => open(desktop, path, rules.openedOfPath(path), event))
  app.on('activate', () => desktop.verbs.show())
  app.on('before-quit', () => {
    desktop.isQuitting = true
    remember(desktop)
  })
  app.on('window-all-closed', () => {
    if (rules.endsWithWindows(place.platform, stateOf(desktop))) app.quit()
  })
  app.on('will-quit', (event) => {
    event.preventDefault()
    void desktop.core.stop().finally(() => app.exit(0))
  })
  app.on('ready', () => {
    begin(desktop)
    const early = desktop.early ?? []
    desktop.early = undefined
    for (const it of early) desktop.windows.bring(it)
    openArguments(desktop, place.args, place.cwd)
  })
}

function assemble(calls: Calls, place: Place): Desktop {
  const { home, folder, platform, log } = place
  const core = rules.openCoreProcess({
    fork: () =>
      calls.utilityProcess.fork(join(folder, 'electron', 'host', 'host.js'), [], {
        serviceName: 'Mini-Submarine core',
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    home,
    encryption: () => rules.encryptionInfo(platform, () => calls.safeStorage.getSelectedStorageBackend()),
    log,
    onTold: (told) => take(desktop, told),
    onTrouble: (trouble) => tell(desktop, trouble),
  })
  const windows = openWindows({
    calls,
    preload: join(folder, 'electron', 'preload', 'preload.cjs'),
    log,
    core: () => core.ready()?.url,
    mayClose: () => mayClose(desktop),
  })
  const choose = async (kind: 'folder' | 'pipeline'): Promise<void> => {
    const path = await chooseOne(calls, kind)
    if (path !== null) open(desktop, path, rules.openedOfPath(path))
  }
  const verbs: rules.MenuVerbs = {
    show: (path) => {
      if (path !== undefined) open(desktop, path, { kind: 'page', path })
      else if (desktop.early === undefined) windows.bring()
    },
    newWindow: () => windows.open('/'),
    openPipeline: () => void choose('pipeline'),
    openFolder: () => void choose('folder'),
    showLogs: () => place.logFile !== undefined && calls.shell.showItemInFolder(place.logFile),
    quit: () => calls.app.quit(),
  }
  const idle = { jobs: [], closing: 'ask', isAsking: false, isQuitting: false } as const
  const desktop: Desktop = { calls, place, core, windows, verbs, ...idle, early: [] }
  return desktop
}

/** When Electron is ready. What guards pages comes before the first page. */
function begin(desktop: Desktop): void {
  const { calls, core, place, verbs, windows } = desktop
  const guarded = { core: () => core.ready()?.url, log: place.log }
  guardPages(calls, guarded)
  const template = join(place.folder, 'resources', 'desktop', 'trouble.html')
  calls.protocol.handle(rules.SHELL_SCHEME, ({ url }) => {
    if (url === rules.REPORT_PAGE) return rules.troublePage(template, desktop.report, place.logFile)
    if (new URL(url).pathname === '/again' && core.ready() === undefined) {
      desktop.trouble = undefined
      core.start()
    }
    return rules.troublePage(template, desktop.trouble, place.logFile)
  })
  answerPages(calls, guarded, {
    'minisub:choose-folder': () => chooseOne(calls, 'folder'),
    'minisub:choose-pipeline': () => chooseOne(calls, 'pipeline'),
    'minisub:new-window': ([path]) => (windows.open(path), null),
    'minisub:show-logs': () => (verbs.showLogs(), null),
    'minisub:sign-in': (_, contents) => (core.send({ kind: 'code', id: contents }), null),
    'minisub:take-opened': (_, contents) => windows.take(contents),
  })
  calls.Menu.setApplicationMenu(calls.Menu.buildFromTemplate(rules.applicationMenu(place.platform, verbs)))
  const isMac = place.platform === 'darwin'
  desktop.tray = new calls.Tray(join(place.folder, 'resources', 'desktop', isMac ? 'trayTemplate.png' : 'tray.png'))
  // On macOS a click opens the menu and is told all the same.
  if (!isMac) desktop.tray.on('click', () => verbs.show())
  setJobs(desktop, [])
  const { windows: saved, fault } = rules.readWindows(place.windows)
  if (fault !== undefined) place.log(fault)
  for (const it of saved) windows.open(it.path, it)
  core.start()
  // From a checkout it would be Electron alone that links lead to, and it would run what they name.
  if (place.isPackaged) calls.app.setAsDefaultProtocolClient('minisub')
}

/** What the core tells. */
function take(desktop: Desktop, told: FromHost): void {
  const { calls, core, place, windows } = desktop
  if (told.kind === 'ready') {
    desktop.trouble = undefined
    windows.showCore(told.code)
  } else if (told.kind === 'active') setJobs(desktop, told.jobs)
  else if (told.kind === 'code') windows.signIn(told.id, told.code)
  else if (told.kind === 'closing') desktop.closing = told.closing
  else if (told.kind === 'notice') notify(desktop, told)
  else if (told.kind === 'seal') void rules.sealBy(calls.safeStorage, told, place.platform).then((it) => core.send(it))
}

/** A core that comes again leaves the windows as they are, and what happened is told beside them. */
function tell(desktop: Desktop, trouble: rules.Trouble): void {
  const { windows } = desktop
  desktop.trouble = trouble
  if (desktop.isQuitting) return
  // What ran goes on with the core that comes.
  if (!trouble.isAgain) setJobs(desktop, [])
  if (trouble.isAgain) {
    desktop.report = trouble
    windows.report()
  } else if (windows.all().length === 0) windows.open('/')
  else windows.showTrouble()
}

function notify({ calls, verbs, windows }: Desktop, notice: Extract<FromHost, { kind: 'notice' }>): void {
  if (!notice.isNews && windows.all().some((it) => it.isFocused())) return
  const notification = new calls.Notification({ title: notice.title, body: notice.body })
  notifications.add(notification)
  notification.on('close', () => notifications.delete(notification))
  notification.on('click', () => verbs.show(notice.path))
  notification.show()
}

function setJobs(desktop: Desktop, jobs: readonly ActiveJob[]): void {
  const { calls, tray, verbs } = desktop
  desktop.jobs = jobs
  tray?.setToolTip(`Mini-Submarine: ${rules.trayTitle(jobs.length)}`)
  tray?.setContextMenu(calls.Menu.buildFromTemplate(rules.trayMenu(jobs, verbs)))
}

function stateOf({ closing, core, jobs }: Desktop): Parameters<typeof rules.closingOf>[0] {
  return { isAttached: core.ready()?.isAttached ?? false, jobs: jobs.length, closing }
}

/** Whether the last window may close now; where it must be asked first, the answer closes it. */
function mayClose(desktop: Desktop): boolean {
  remember(desktop)
  if (desktop.isQuitting || rules.closingOf(stateOf(desktop)) !== 'ask') return true
  if (!desktop.isAsking) void askClosing(desktop)
  return false
}

async function askClosing(desktop: Desktop): Promise<void> {
  desktop.isAsking = true
  const question = desktop.calls.dialog.showMessageBox(rules.closingQuestion(desktop.jobs.length))
  const { response } = await question.finally(() => (desktop.isAsking = false))
  const answer = (['keep', 'quit'] as const)[response]
  if (answer === undefined) return
  desktop.closing = answer
  desktop.core.send({ kind: 'closing', closing: answer })
  if (answer === 'quit') desktop.calls.app.quit()
  else for (const window of desktop.windows.all()) window.close()
}

/** Null where it was given up. */
async function chooseOne({ dialog }: Calls, kind: 'folder' | 'pipeline'): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(rules.chooserOf(kind))
  return filePaths[0] ?? null
}

/** Opens what arguments name; where they name nothing, the app is shown as it is. */
function openArguments(desktop: Desktop, args: readonly string[], folder: string): void {
  const { opened, refused } = rules.openedOfArguments(args, folder)
  for (const it of opened) open(desktop, '', it)
  for (const it of refused) open(desktop, it, undefined)
  if (opened.length === 0) desktop.verbs.show()
}

function open(desktop: Desktop, asked: string, opened: Opened | undefined, event?: { preventDefault(): void }): void {
  const { early, place, windows } = desktop
  event?.preventDefault()
  if (desktop.isQuitting) return
  if (opened === undefined) place.log(`refused to open ${asked}: it is no page, folder or *.pipeline.yaml`)
  else if (early === undefined) windows.bring(opened)
  else early.push(opened)
}

function remember({ place, windows }: Desktop): void {
  try {
    if (windows.all().length > 0) rules.writeWindows(place.windows, windows.saved())
  } catch (error) {
    place.log(`the windows are not remembered: ${String(error)}`)
  }
}
