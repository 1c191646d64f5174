import { EventEmitter } from 'node:events'
import type * as E from 'electron'
import type { Calls, Contents, GuardedContents, Window } from '../../electron/main/calls.ts'
import type { HostProcess } from '#core/desktop/index.ts'
import type { FromHost, ToHost } from '#core/contract/desktop.ts'

type Listener = (...args: never[]) => void
type Handler = (event: E.IpcMainInvokeEvent, ...args: unknown[]) => Promise<unknown>
type Rectangle = { x: number; y: number; width: number; height: number }

/** An event that says whether its default was prevented. */
export function anEvent(): E.Event & { readonly isPrevented: () => boolean } {
  let prevented = false
  return {
    preventDefault: () => (prevented = true),
    defaultPrevented: false,
    isPrevented: () => prevented,
  }
}

class FakeEmitter {
  readonly events = new EventEmitter()
  /** Electron answers with the emitter itself; nobody takes it. */
  on(event: string, listener: Listener): never {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- who emits gives what the listener takes
    this.events.on(event, listener as (...args: unknown[]) => void)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    return this as never
  }
  emit(event: string, ...args: unknown[]): void {
    this.events.emit(event, ...args)
  }
}

export class FakeContents extends FakeEmitter implements Contents, GuardedContents {
  url = ''
  readonly sent: string[] = []
  openHandler: ((details: E.HandlerDetails) => E.WindowOpenHandlerResponse) | undefined
  readonly id: number
  constructor(id: number) {
    super()
    this.id = id
  }
  getURL(): string {
    return this.url
  }
  send(channel: string): void {
    this.sent.push(channel)
  }
  setWindowOpenHandler(handler: (details: E.HandlerDetails) => E.WindowOpenHandlerResponse): void {
    this.openHandler = handler
  }
}

export class FakeWindow extends FakeEmitter implements Window {
  readonly webContents: FakeContents
  bounds: Rectangle
  state = { isShown: false, isFocused: false, isMaximized: false, isMinimized: false, isClosed: false }
  readonly loaded: string[] = []
  readonly options: E.BrowserWindowConstructorOptions
  readonly fake: FakeElectron
  constructor(options: E.BrowserWindowConstructorOptions, fake: FakeElectron) {
    super()
    if (!fake.app.isReady) throw new Error('Cannot create BrowserWindow before app is ready')
    this.options = options
    this.fake = fake
    const { x = 10, y = 10, width = 800, height = 600 } = options
    this.bounds = { x, y, width, height }
    this.webContents = new FakeContents(fake.windows.length + 1)
    fake.windows.push(this)
    fake.app.emit('web-contents-created', anEvent(), this.webContents)
  }
  close(): void {
    const event = anEvent()
    this.emit('close', event)
    if (event.isPrevented()) return
    this.state.isClosed = true
    this.emit('closed')
    // An app that quits is not asked whether it shall.
    if (this.fake.open().length === 0 && !this.fake.app.isQuitting) this.fake.app.emit('window-all-closed')
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url)
    if (this.fake.faults.load !== '') throw new Error(`${this.fake.faults.load} loading '${url}'`)
    this.webContents.url = url
    if (this.loaded.length === 1) this.emit('ready-to-show')
  }
  focus(): void {
    for (const { state } of this.fake.windows) state.isFocused = false
    this.state.isFocused = true
    this.emit('focus')
  }
  getNormalBounds(): Rectangle {
    return this.bounds
  }
  show(): void {
    this.state.isShown = true
  }
  maximize(): void {
    this.state.isMaximized = true
  }
  restore(): void {
    this.state.isMinimized = false
  }
  isFocused(): boolean {
    return this.state.isFocused
  }
  isMaximized(): boolean {
    return this.state.isMaximized
  }
  isMinimized(): boolean {
    return this.state.isMinimized
  }
}

class FakeOutput extends FakeEmitter {
  readable = true
  removeAllListeners(event: string): void {
    this.events.removeAllListeners(event)
  }
}

export class FakeChild extends FakeEmitter implements HostProcess {
  readonly got: ToHost[] = []
  readonly output = new FakeOutput()
  stderr: FakeOutput | null = this.output
  isKilled = false
  readonly entry: string
  readonly options: E.ForkOptions | undefined
  constructor(entry: string, options: E.ForkOptions | undefined) {
    super()
    this.entry = entry
    this.options = options
  }
  postMessage(message: ToHost): void {
    this.got.push(message)
  }
  kill(): boolean {
    this.isKilled = true
    setImmediate(() => this.exit(143))
    return true
  }
  /** It ends. As in Electron, its output is let go of when that was told, and the rest of it comes later. */
  exit(code: number, rest = ''): void {
    this.emit('exit', code)
    this.output.events.removeAllListeners()
    this.stderr = null
    setTimeout(() => {
      if (rest !== '') this.output.emit('data', Buffer.from(rest))
      this.output.readable = false
      this.output.emit('end')
    }, 5)
  }
  /** The host tells something. */
  tell(message: FromHost): void {
    this.emit('message', message)
  }
}

export type FakeElectron = ReturnType<typeof fakeElectron>

class FakeApp extends FakeEmitter {
  readonly calls: string[] = []
  isFirst = true
  isReady = false
  isQuitting = false
  windows: () => readonly FakeWindow[] = () => []
  /** Electron is ready: from now on there may be windows. */
  begin(): void {
    this.isReady = true
    this.emit('ready')
  }
  exit(code?: number): void {
    this.calls.push(`exit ${code}`)
  }
  /** As Electron does it: windows are closed one by one, and one that stays keeps the app. */
  quit(): void {
    this.calls.push('quit')
    this.isQuitting = true
    this.emit('before-quit', anEvent())
    for (const window of this.windows()) window.close()
    if (this.windows().length > 0) this.isQuitting = false
    else this.emit('will-quit', anEvent())
  }
  relaunch(): void {
    this.calls.push('relaunch')
  }
  requestSingleInstanceLock(): boolean {
    return this.isFirst
  }
  setAppUserModelId(id: string): void {
    this.calls.push(`id ${id}`)
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    this.calls.push(`protocol ${scheme}`)
    return true
  }
}

type Menu = { readonly template: readonly E.MenuItemConstructorOptions[] }

/** All of Electron that the app calls, in memory: typed as Electron's own (`Calls`), with what a test looks at and emits. */
export function fakeElectron() {
  const app = new FakeApp()
  const windows: FakeWindow[] = []
  const children: FakeChild[] = []
  const handlers = new Map<string, Handler>()
  const notifications: (FakeEmitter & { readonly options: E.NotificationConstructorOptions | undefined })[] = []
  const trays: (FakeEmitter & { image: string; tip: string; menu: Menu | undefined })[] = []
  const outside: string[] = []
  const answers = { paths: [] as string[], response: 2, questions: [] as E.MessageBoxOptions[] }
  const safe = {
    backend: 'gnome_libsecret' as ReturnType<E.SafeStorage['getSelectedStorageBackend']>,
    /** What encrypted data begins with: on Linux `v11` says the keyring's key, `v10` the one that everybody knows. */
    tag: 'v11',
  }
  const schemes = new Map<string, (request: Request) => Response | Promise<Response>>()
  const permissions: {
    request?: Parameters<E.Session['setPermissionRequestHandler']>[0] | undefined
    check?: Parameters<E.Session['setPermissionCheckHandler']>[0] | undefined
    device?: Parameters<E.Session['setDevicePermissionHandler']>[0] | undefined
    media?: Parameters<E.Session['setDisplayMediaRequestHandler']>[0] | undefined
  } = {}
  const faults = { load: '' }
  const displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }]
  let applicationMenu: Menu | undefined
  const open = () => windows.filter(({ state }) => !state.isClosed)
  app.windows = open
  const fake = {
    app,
    windows,
    open,
    children,
    handlers,
    notifications,
    trays,
    outside,
    answers,
    faults,
    safe,
    schemes,
    permissions,
    displays,
    applicationMenu: () => applicationMenu,
    calls: undefined as unknown as Calls,
  }
  const calls = {
    app,
    BrowserWindow: class extends FakeWindow {
      constructor(options: E.BrowserWindowConstructorOptions) {
        super(options, fake)
      }
    },
    Menu: {
      buildFromTemplate: (template: E.MenuItemConstructorOptions[]) => ({ template }) as unknown as E.Menu,
      setApplicationMenu: (menu: E.Menu | null) => (applicationMenu = menu as unknown as Menu),
    },
    Notification: class extends FakeEmitter {
      readonly options: E.NotificationConstructorOptions
      constructor(options: E.NotificationConstructorOptions) {
        super()
        this.options = options
      }
      show(): void {
        notifications.push(this)
      }
    },
    Tray: class extends FakeEmitter {
      tip = ''
      menu: Menu | undefined
      readonly image: string
      constructor(image: string) {
        super()
        this.image = image
        trays.push(this)
      }
      setToolTip(tip: string): void {
        this.tip = tip
      }
      setContextMenu(menu: E.Menu | null): void {
        this.menu = menu as unknown as Menu
      }
    },
    dialog: {
      showMessageBox: async (options: E.MessageBoxOptions) => {
        answers.questions.push(options)
        return { response: answers.response, checkboxChecked: false }
      },
      showOpenDialog: async () => ({ canceled: answers.paths.length === 0, filePaths: answers.paths }),
    },
    ipcMain: { handle: (channel: string, handler: Handler) => void handlers.set(channel, handler) },
    nativeTheme: { shouldUseDarkColors: true },
    protocol: {
      handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>) =>
        void schemes.set(scheme, handler),
      registerSchemesAsPrivileged: (list: E.CustomScheme[]) => {
        for (const { scheme } of list) app.calls.push(`scheme ${scheme}`)
      },
    },
    safeStorage: {
      getSelectedStorageBackend: () => safe.backend,
      encryptStringAsync: async (text: string) => Buffer.from(`${safe.tag}sealed ${text}`),
      decryptStringAsync: async (data: Buffer) => {
        const text = data.toString('utf8')
        const [, result] = /^v1[01]sealed (.*)$/s.exec(text) ?? []
        if (result === undefined) throw new Error('it is not ours')
        return { result, shouldReEncrypt: false }
      },
    },
    screen: { getAllDisplays: () => displays as unknown as E.Display[] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: (typeof permissions)['request']) => (permissions.request = handler),
        setPermissionCheckHandler: (handler: (typeof permissions)['check']) => (permissions.check = handler),
        setDevicePermissionHandler: (handler: (typeof permissions)['device']) => (permissions.device = handler),
        setDisplayMediaRequestHandler: (handler: (typeof permissions)['media']) => (permissions.media = handler),
      },
    },
    shell: {
      openExternal: async (address: string) => void outside.push(address),
      showItemInFolder: (path: string) => void outside.push(path),
    },
    utilityProcess: {
      fork: (entry: string, _args?: string[], options?: E.ForkOptions) => {
        const child = new FakeChild(entry, options)
        children.push(child)
        return child
      },
    },
  } satisfies Calls
  fake.calls = calls
  return fake
}
