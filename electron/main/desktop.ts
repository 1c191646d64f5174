import { join } from 'node:path'
import type { ActiveJob, FromHost, Opened } from '#core/contract/desktop.ts'
import * as rules from '#core/desktop/index.ts'
import type { Calls } from './calls.ts'
import { openCoreProcess, type CoreProcess } from './core-process.ts'
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
  readonly log: (sentence: string) => void
}
type Desktop = {
  readonly calls: Calls
  readonly place: Place
  readonly core: CoreProcess
  readonly windows: Windows
  readonly verbs: rules.MenuVerbs
  tray?: InstanceType<Calls['Tray']>
  jobs: readonly ActiveJob[]
  closing: 'ask' | 'keep' | 'quit'
  trouble?: rules.Trouble | undefined
  isQuitting: boolean
}

/** Runs the app: one instance, its core, its windows. All of Electron comes in by `calls`. */
export function startDesktop(calls: Calls, place: Place): void {
  const { app } = calls
  if (!app.requestSingleInstanceLock({ args: [...place.args] })) return app.quit()
  calls.protocol.registerSchemesAsPrivileged([
    { scheme: rules.SHELL_SCHEME, privileges: { standard: true, secure: true } },
  ])
  const desktop = assemble(calls, place)
  app.on('second-instance', (_, _args, folder, data) => openArguments(desktop, rules.argumentsOf(data), folder))
  app.on('open-url', (event, link) => open(desktop, link, rules.pageOfLink(link), event))
  app.on('open-file', (event, path) => open(desktop, path, rules.openedOfPath(path), event))
  app.on('activate', () => desktop.verbs.show())
  app.on('before-quit', () => {
    remember(desktop)
    desktop.isQuitting = true
  })
  app.on('window-all-closed', () => {
    if (place.platform !== 'darwin' && closing(desktop) !== 'keep') app.quit()
  })
  app.on('will-quit', (event) => {
    event.preventDefault()
    void desktop.core.stop().finally(() => app.exit(0))
  })
  app.on('ready', () => {
    begin(desktop)
    openArguments(desktop, place.args, place.cwd)
  })
}

function assemble(calls: Calls, place: Place): Desktop {
  const { home, folder, platform, log } = place
  const { safeStorage } = calls
  const core = openCoreProcess({
    calls,
    home,
    log,
    entry: join(folder, 'electron', 'host', 'host.js'),
    encryption: () =>
      rules.encryptionInfo(platform, safeStorage.isEncryptionAvailable(), () =>
        safeStorage.getSelectedStorageBackend(),
      ),
    onTold: (told) => take(desktop, told),
    onTrouble: (trouble) => {
      desktop.trouble = trouble
      // A core that comes again leaves the windows as they are.
      if (trouble.isAgain) windows.report()
      else windows.showTrouble()
    },
  })
  const preload = join(folder, 'electron', 'preload', 'preload.cjs')
  const url = (): string | undefined => core.ready()?.url
  const windows = openWindows({ calls, preload, log, core: url, mayClose: () => mayClose(desktop) })
  const choose = async (kind: 'folder' | 'pipeline'): Promise<void> => {
    const path = await chooseOne(calls, kind)
    if (path !== null) open(desktop, path, rules.openedOfPath(path))
  }
  const verbs: rules.MenuVerbs = {
    show: (path) => windows.bring(path === undefined ? undefined : { kind: 'page', path }),
    newWindow: () => windows.open('/'),
    openPipeline: () => void choose('pipeline'),
    openFolder: () => void choose('folder'),
    showLogs: () => calls.shell.showItemInFolder(join(home, 'desktop.log')),
    quit: () => calls.app.quit(),
  }
  const desktop: Desktop = { calls, place, core, windows, verbs, jobs: [], closing: 'ask', isQuitting: false }
  return desktop
}

/** When Electron is ready. What guards pages comes before the first page. */
function begin(desktop: Desktop): void {
  const { calls, core, place, verbs, windows } = desktop
  const guarded = { core: () => core.ready()?.url, log: place.log }
  guardPages(calls, guarded)
  const template = join(place.folder, 'resources', 'desktop', 'trouble.html')
  calls.protocol.handle(rules.SHELL_SCHEME, ({ url }) => {
    if (new URL(url).pathname === '/again' && core.ready() === undefined) {
      desktop.trouble = undefined
      core.start()
    }
    return rules.troublePage(template, desktop.trouble, join(place.home, 'desktop.log'))
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
  calls.app.setAsDefaultProtocolClient('minisub')
  const icon = place.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'
  desktop.tray = new calls.Tray(join(place.folder, 'resources', 'desktop', icon))
  desktop.tray.on('click', () => verbs.show())
  drawTray(desktop)
  const { windows: saved, fault } = rules.readWindows(place.windows)
  if (fault !== undefined) place.log(fault)
  for (const it of saved) windows.open(it.path, it)
  core.start()
}

/** What the core tells. */
function take(desktop: Desktop, told: FromHost): void {
  const { calls, verbs, windows } = desktop
  if (told.kind === 'ready') {
    desktop.trouble = undefined
    windows.showCore(told.code)
  } else if (told.kind === 'active') {
    desktop.jobs = told.jobs
    drawTray(desktop)
  } else if (told.kind === 'code') windows.signIn(told.id, told.code)
  else if (told.kind === 'closing') desktop.closing = told.closing
  else if (told.kind === 'notice' && !windows.all().some((it) => it.isFocused())) {
    const notification = new calls.Notification({ title: told.title, body: told.body })
    notification.on('click', () => verbs.show(told.path))
    notification.show()
  }
}

function drawTray({ calls, jobs, tray, verbs }: Desktop): void {
  tray?.setToolTip(`Mini-Submarine: ${rules.trayTitle(jobs.length)}`)
  tray?.setContextMenu(calls.Menu.buildFromTemplate(rules.trayMenu(jobs, verbs)))
}

/** Whether the last window may close now; where it must be asked first, the answer closes it. */
function mayClose(desktop: Desktop): boolean {
  remember(desktop)
  if (desktop.isQuitting || closing(desktop) !== 'ask') return true
  void askClosing(desktop)
  return false
}

async function askClosing(desktop: Desktop): Promise<void> {
  const { response } = await desktop.calls.dialog.showMessageBox(rules.closingQuestion(desktop.jobs.length))
  const answer = (['keep', 'quit'] as const)[response]
  if (answer === undefined) return
  desktop.closing = answer
  desktop.core.send({ kind: 'closing', closing: answer })
  for (const window of desktop.windows.all()) window.close()
}

function closing({ closing: wanted, core, jobs }: Desktop): 'ask' | 'keep' | 'quit' {
  return rules.closingOf({ isAttached: core.ready()?.isAttached ?? false, jobs: jobs.length, closing: wanted })
}

/** Null where it was given up. */
async function chooseOne({ dialog }: Calls, kind: 'folder' | 'pipeline'): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(rules.chooserOf(kind))
  return filePaths[0] ?? null
}

/** Opens what arguments name; where they name nothing, the app is shown as it is. */
function openArguments(desktop: Desktop, args: readonly string[], folder: string): void {
  const { opened, refused } = rules.openedOfArguments(args, folder)
  for (const it of opened) desktop.windows.bring(it)
  for (const it of refused) open(desktop, it, undefined)
  if (opened.length === 0) desktop.verbs.show()
}

function open(desktop: Desktop, asked: string, opened: Opened | undefined, event?: { preventDefault(): void }): void {
  const { place, windows } = desktop
  event?.preventDefault()
  if (opened === undefined) place.log(`refused to open ${asked}: it is no page, folder or *.pipeline.yaml`)
  else windows.bring(opened)
}

function remember({ place, windows }: Desktop): void {
  if (windows.all().length > 0) rules.writeWindows(place.windows, windows.saved())
}
