import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WEB_PREFERENCES } from '#core/desktop/index.ts'
import {
  anEvent,
  fakeElectron,
  type FakeChild,
  type FakeElectron,
  type FakeWindow,
} from '#test/support/fake-electron.ts'
import { startDesktop, type Place } from './desktop.ts'

const URL_OF_CORE = 'http://127.0.0.1:4711'
const TROUBLE = 'minisub-app://trouble/'
const FOLDER = join(import.meta.dirname, '..', '..')

let root: string
let electron: FakeElectron
let lines: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-app-'))
  electron = fakeElectron()
  lines = []
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(root, { recursive: true, force: true })
})

const log = () => lines.join('\n')
const at = <Item>(items: readonly Item[], index: number): Item => {
  const item = items.at(index)
  if (item === undefined) throw new Error(`there are only ${items.length}`)
  return item
}
const child = (index = -1): FakeChild => at(electron.children, index)
const lastWindow = (): FakeWindow => at(electron.open(), -1)
/** Ends the host, and waits until the last of its output was heard. */
async function endHost(code: number, rest = ''): Promise<void> {
  child().exit(code, rest)
  await delay(30)
}

/** Starts the app as far as Electron's `ready`. */
function place(options: Partial<Place> = {}): Place {
  return {
    home: root,
    windows: join(root, 'windows.json'),
    folder: FOLDER,
    args: [],
    cwd: root,
    platform: 'linux',
    isPackaged: true,
    log: (sentence) => lines.push(sentence),
    logFile: join(root, 'desktop.log'),
    ...options,
  }
}

async function start(options: Partial<Place> = {}): Promise<void> {
  startDesktop(electron.calls, place(options))
  electron.app.begin()
  await turn()
}

function ready(options: { isAttached?: boolean; code?: string | null } = {}): void {
  child().tell({ kind: 'ready', url: URL_OF_CORE, isAttached: false, code: 'c0de', ...options })
}

/** Asks as a page does. */
async function ask(
  channel: string,
  args: unknown[],
  frame: object | null = { url: `${URL_OF_CORE}/runs`, parent: null },
) {
  const handler = electron.handlers.get(channel)
  if (handler === undefined) throw new Error(`nobody answers ${channel}`)
  const event = { senderFrame: frame, sender: { id: at(electron.windows, 0).webContents.id } }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an event, this is what is looked at
  return handler(event as never, ...args)
}

test('the app starts the host with the data folder, shows that it starts, and then the page with the code', async () => {
  await start()
  expect(child().entry).toBe(join(FOLDER, 'electron', 'host', 'host.js'))
  expect(child().options).toMatchObject({ stdio: ['ignore', 'ignore', 'pipe'] })
  expect(child().got).toEqual([
    { kind: 'start', home: root, encryption: { backend: 'gnome_libsecret', isStrong: true } },
  ])
  expect(lastWindow().loaded).toEqual([TROUBLE])
  ready()
  expect(lastWindow().loaded).toEqual([TROUBLE, `${URL_OF_CORE}/#code=c0de`])
  expect(lastWindow().state.isShown).toBe(true)
  expect(electron.app.calls).toContain('protocol minisub')
})

test('every window is isolated and sandboxed, with our preload and nothing else', async () => {
  await start()
  ready()
  electron.applicationMenu()
  for (const { options } of electron.windows) {
    expect(options.webPreferences).toEqual({
      ...WEB_PREFERENCES,
      preload: join(FOLDER, 'electron', 'preload', 'preload.cjs'),
    })
  }
  expect(WEB_PREFERENCES).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  })
})

test('a second instance ends, and what it was started for is opened in the first', async () => {
  const folder = join(root, 'wine')
  mkdirSync(folder)
  writeFileSync(join(folder, 'wine.pipeline.yaml'), 'kind: Pipeline')
  await start()
  ready()
  const other = fakeElectron()
  other.app.isFirst = false
  startDesktop(other.calls, place({ log: () => undefined }))
  expect(other.app.calls).toEqual(['quit'])
  const args = ['wine/wine.pipeline.yaml', 'wine', 'minisub://runs/01abc', '--flag', 'README.md', 'minisub://exec/rm']
  electron.app.emit('second-instance', anEvent(), [], root, { args })
  expect(await ask('minisub:take-opened', [])).toEqual([
    { kind: 'pipeline', file: join(folder, 'wine.pipeline.yaml') },
    { kind: 'folder', path: folder },
    { kind: 'page', path: '/runs/01abc' },
  ])
  expect(await ask('minisub:take-opened', [])).toEqual([])
  expect(log()).toContain('refused to open README.md: it is no page, folder or *.pipeline.yaml')
  expect(log()).toContain('refused to open minisub://exec/rm')
  expect(lastWindow().webContents.sent).toEqual(['minisub:opened', 'minisub:opened', 'minisub:opened'])
})

test.each([[{ args: 7 }], [undefined], ['nonsense'], [{ args: [{}] }]])(
  'a second instance that says %j only brings the first to the front',
  async (data) => {
    await start()
    ready()
    lastWindow().state.isMinimized = true
    lastWindow().state.isShown = false
    electron.app.emit('second-instance', anEvent(), ['--evil'], root, data)
    expect(lastWindow().state).toMatchObject({ isShown: true, isMinimized: false })
    expect(await ask('minisub:take-opened', [])).toEqual([])
  },
)

test('links and files of the system are opened or refused in the log, before Electron and before the core are ready', async () => {
  startDesktop(electron.calls, place({ platform: 'darwin', args: ['minisub://models/wine'] }))
  electron.app.emit('open-url', anEvent(), 'minisub://runs/early')
  electron.app.emit('activate')
  electron.app.emit('second-instance', anEvent(), [], root, { args: [] })
  expect(electron.windows).toEqual([])
  electron.app.begin()
  await turn()
  for (const link of [
    'minisub://runs/01abc',
    'minisub://runs/../../etc',
    'javascript:alert(1)',
    'minisub:runs/01abc',
  ]) {
    const event = anEvent()
    electron.app.emit('open-url', event, link)
    expect(event.isPrevented()).toBe(true)
  }
  electron.app.emit('open-file', anEvent(), '/etc/passwd')
  electron.app.emit('open-file', anEvent(), root)
  ready()
  expect(await ask('minisub:take-opened', [])).toEqual([
    { kind: 'page', path: '/runs/early' },
    { kind: 'page', path: '/models/wine' },
    { kind: 'page', path: '/runs/01abc' },
    { kind: 'folder', path: root },
  ])
  expect(lines.filter((line) => line.startsWith('refused'))).toHaveLength(4)
})

test('pages go within the core alone; what they open goes to the browser or nowhere', async () => {
  await start()
  ready()
  const { webContents } = lastWindow()
  const tries: [string, string, boolean][] = [
    ['will-navigate', `${URL_OF_CORE}/runs`, true],
    ['will-navigate', 'https://evil.example/', false],
    ['will-navigate', 'http://127.0.0.1:4712/', false],
    ['will-navigate', 'http://127.0.0.1:4711.evil.example/', false],
    ['will-navigate', 'file:///etc/passwd', false],
    ['will-navigate', 'minisub-app://trouble/again', false],
    ['will-frame-navigate', 'https://evil.example/', false],
    ['will-redirect', 'https://evil.example/', false],
    ['will-navigate', 'javascript:alert(1)', false],
  ]
  for (const [name, url, isAllowed] of tries) {
    const event = { ...anEvent(), url }
    webContents.emit(name, event)
    expect([url, !event.isPrevented()]).toEqual([url, isAllowed])
  }
  const webview = anEvent()
  webContents.emit('will-attach-webview', webview)
  expect(webview.isPrevented()).toBe(true)
  const openOf = (url: string) => webContents.openHandler?.({ url } as never)
  const links = [
    'https://argo-workflows.readthedocs.io/en/latest/',
    'file:///etc/passwd',
    'ms-settings:x',
    `${URL_OF_CORE}/runs`,
  ]
  expect(links.map(openOf)).toEqual(links.map(() => ({ action: 'deny' })))
  expect(electron.outside).toEqual(['https://argo-workflows.readthedocs.io/en/latest/'])
  expect(log()).toContain('refused to go to https://evil.example/')
  expect(log()).toContain('refused to open a window for file:///etc/passwd')
})

test('pages of the core get three permissions, others none, devices and screens nobody', async () => {
  await start()
  ready()
  const granted = (permission: string, requestingUrl: string) => {
    let answer: boolean | undefined
    electron.permissions.request?.({} as never, permission as never, (it) => (answer = it), { requestingUrl } as never)
    const checked = electron.permissions.check?.(null, permission as never, requestingUrl, {} as never)
    expect(checked).toBe(answer)
    return answer
  }
  const wanted = [
    'clipboard-sanitized-write',
    'notifications',
    'fullscreen',
    'media',
    'geolocation',
    'usb',
    'openExternal',
  ]
  expect(wanted.map((it) => granted(it, `${URL_OF_CORE}/`))).toEqual([true, true, true, false, false, false, false])
  expect(wanted.map((it) => granted(it, 'https://evil.example/'))).toEqual(wanted.map(() => false))
  expect(electron.permissions.device?.({} as never)).toBe(false)
  const streams: unknown[] = []
  electron.permissions.media?.({} as never, (it) => streams.push(it))
  expect(streams).toEqual([null])
  expect(log()).toContain('refused media to')
})

test('only the top frame of a page of the core is answered, only with arguments that fit', async () => {
  await start()
  ready()
  const refused: [string, unknown[], object | null][] = [
    ['minisub:show-logs', [], null],
    ['minisub:show-logs', [], { url: 'https://evil.example/', parent: null }],
    ['minisub:show-logs', [], { url: TROUBLE, parent: null }],
    ['minisub:show-logs', [], { url: `${URL_OF_CORE}/`, parent: {} }],
    ['minisub:show-logs', ['/etc/passwd'], { url: `${URL_OF_CORE}/`, parent: null }],
    ['minisub:new-window', [], { url: `${URL_OF_CORE}/`, parent: null }],
    ['minisub:new-window', [7], { url: `${URL_OF_CORE}/`, parent: null }],
    ['minisub:new-window', ['//evil.example'], { url: `${URL_OF_CORE}/`, parent: null }],
    ['minisub:new-window', ['https://evil.example'], { url: `${URL_OF_CORE}/`, parent: null }],
    ['minisub:new-window', [`/${'a'.repeat(3_000)}`], { url: `${URL_OF_CORE}/`, parent: null }],
  ]
  for (const [channel, args, frame] of refused) {
    await expect(ask(channel, args, frame)).rejects.toThrow(`${channel} was refused`)
  }
  expect(lines.filter((line) => line.startsWith('refused minisub:'))).toHaveLength(refused.length)
  expect([electron.windows.length, electron.outside]).toEqual([1, []])
  expect(await ask('minisub:show-logs', [])).toBeNull()
  expect(electron.outside).toEqual([join(root, 'desktop.log')])
  expect(await ask('minisub:new-window', ['/runs/01abc?view=table'])).toBeNull()
  expect(lastWindow().loaded).toEqual([`${URL_OF_CORE}/runs/01abc?view=table`])
  expect(await ask('minisub:choose-folder', [])).toBeNull()
  electron.answers.paths = ['/data/wine']
  expect(await ask('minisub:choose-folder', [])).toBe('/data/wine')
  expect(await ask('minisub:choose-pipeline', [])).toBe('/data/wine')
  expect([...electron.handlers.keys()].length).toBeLessThanOrEqual(12)
})

test('a window without a session asks for a code and is loaded with it where it is', async () => {
  await start()
  ready()
  lastWindow().webContents.url = `${URL_OF_CORE}/runs?status=failed`
  expect(await ask('minisub:sign-in', [])).toBeNull()
  const { id } = lastWindow().webContents
  expect(child().got.at(-1)).toEqual({ kind: 'code', id })
  child().tell({ kind: 'code', id, code: 'an0ther' })
  expect(lastWindow().loaded.at(-1)).toBe(`${URL_OF_CORE}/runs?status=failed#code=an0ther`)
  child().tell({ kind: 'code', id: 99, code: 'stray' })
  expect(lastWindow().loaded).toHaveLength(3)
})

test('a core that ends is started again; a window of its own says what happened, the others stay', async () => {
  await start()
  ready()
  child().output.emit('data', Buffer.from('line one\nFATAL ERROR: <heap> out of memory\n'))
  await endHost(134, 'and the last line\n')
  expect(electron.children).toHaveLength(2)
  expect(at(electron.windows, 0).loaded).toHaveLength(2)
  expect(at(electron.windows, 1).loaded).toEqual([`${TROUBLE}report`])
  const page = await (await electron.schemes.get('minisub-app')?.(new Request(`${TROUBLE}report`)))?.text()
  expect(page).toContain('The core ended unexpectedly')
  expect(page).toContain('Its process ended with code 134.')
  expect(page).toContain('FATAL ERROR: &#60;heap&#62; out of memory')
  expect(page).toContain(join(root, 'desktop.log'))
  expect(page).not.toMatch(/<script|\{\{/)
  expect(page).toContain('and the last line')
  expect(lines.filter((line) => line.startsWith('core: '))).toEqual([
    'core: line one',
    'core: FATAL ERROR: <heap> out of memory',
    'core: and the last line',
  ])
  ready()
  await endHost(1)
  expect(electron.windows).toHaveLength(2)
  at(electron.windows, 0).close()
  expect(electron.open()).toEqual([])
  expect(electron.app.calls).toContain('quit')
})

test('a fault of V8 in the process of the core is told in the log, and what it writes is not taken twice', async () => {
  await start()
  ready()
  child().emit('error', 'FatalError', 'v8::Heap', '{}')
  expect(log()).toContain('FatalError in the process of the core, at v8::Heap')
  child().output.readable = false
  await endHost(1)
  expect(electron.children).toHaveLength(2)
})

test('a core that ends three times in five minutes is started again by a person alone', async () => {
  await start()
  for (const count of [1, 2, 3]) {
    expect(electron.children).toHaveLength(count)
    ready()
    await endHost(1)
  }
  expect(electron.children).toHaveLength(3)
  expect(at(electron.windows, 0).loaded.at(-1)).toBe(TROUBLE)
  const answer = electron.schemes.get('minisub-app')
  expect(await (await answer?.(new Request(TROUBLE)))?.text()).toContain('Start it again')
  await answer?.(new Request(`${TROUBLE}again`))
  expect(electron.children).toHaveLength(4)
  ready({ code: 'n3w' })
  expect(at(electron.windows, 0).loaded.at(-1)).toBe(`${URL_OF_CORE}/#code=n3w`)
  await answer?.(new Request(`${TROUBLE}again`))
  expect(electron.children).toHaveLength(4)
})

test('a host that asks to be started again is, without a word', async () => {
  await start()
  ready({ isAttached: true })
  await endHost(75)
  expect([electron.children.length, electron.windows.length]).toEqual([2, 1])
})

test('a core that cannot be opened says why in each window, and is not started again by itself', async () => {
  await start()
  const message = 'the core at http://127.0.0.1:1 uses the data folder and is version 9.9.9: end that core'
  child().tell({ kind: 'failed', problem: { code: 'home_in_use', message } })
  expect(lastWindow().loaded.at(-1)).toBe(TROUBLE)
  const page = await (await electron.schemes.get('minisub-app')?.(new Request(TROUBLE)))?.text()
  expect(page).toContain(message.slice(1))
  await endHost(1)
  expect(electron.children).toHaveLength(1)
})

test('a core that is not ready after ten seconds is told of, and shown when it is ready after all', async () => {
  vi.useFakeTimers()
  startDesktop(electron.calls, place())
  electron.app.begin()
  await vi.advanceTimersByTimeAsync(10_001)
  const page = await (await electron.schemes.get('minisub-app')?.(new Request(TROUBLE)))?.text()
  expect(page).toContain('The core is not ready after ten seconds')
  expect(log()).toContain('The core is not ready after ten seconds')
  ready()
  expect(lastWindow().loaded.at(-1)).toBe(`${URL_OF_CORE}/#code=c0de`)
})

test('what the host never says is dropped, with a word in the log', async () => {
  await start()
  child().emit('message', { kind: 'run', command: 'true' })
  expect(log()).toContain('the core said what this app does not know')
  ready()
  expect(lastWindow().loaded).toHaveLength(2)
})

test('windows come back where they were, with their page, if a display is still there', async () => {
  const shown = { x: 100, y: 50, width: 900, height: 700, isMaximized: false, path: '/runs?status=failed' }
  const away = { ...shown, x: 5_000, isMaximized: true, path: '/models' }
  writeFileSync(join(root, 'windows.json'), JSON.stringify([shown, away]))
  await start()
  expect(electron.windows.map(({ bounds, state }) => [bounds.x, bounds.width, state.isMaximized])).toEqual([
    [100, 900, false],
    [10, 900, true],
  ])
  ready()
  expect(electron.windows.map(({ loaded }) => loaded.at(-1))).toEqual([
    `${URL_OF_CORE}/runs?status=failed#code=c0de`,
    `${URL_OF_CORE}/models`,
  ])
  at(electron.windows, 0).bounds = { x: 1, y: 2, width: 640, height: 480 }
  at(electron.windows, 1).webContents.url = `${URL_OF_CORE}/experiments/7?x=1#code=old`
  electron.app.emit('before-quit')
  expect(JSON.parse(readFileSync(join(root, 'windows.json'), 'utf8'))).toEqual([
    { x: 1, y: 2, width: 640, height: 480, isMaximized: false, path: '/runs?status=failed' },
    expect.objectContaining({ path: '/experiments/7?x=1', isMaximized: true }),
  ])
})

test.each([
  ['{"x": 1'],
  ['[{"x": 1}]'],
  ['[{"x":0,"y":0,"width":1e9,"height":500,"isMaximized":false,"path":"/"}]'],
  ['[{"x":0,"y":0,"width":500,"height":500,"isMaximized":false,"path":"//evil.example"}]'],
  ['null'],
  [''],
])('windows that were kept as %s are forgotten with a word in the log', async (text) => {
  writeFileSync(join(root, 'windows.json'), text)
  await start()
  expect(electron.windows).toHaveLength(1)
  expect(log()).toContain('windows.json is damaged and was not used')
})

test('closing the last window asks once what becomes of active work, and keeps the answer', async () => {
  await start()
  ready()
  child().tell({ kind: 'active', jobs: [{ text: 'wine · running', path: '/runs/01abc' }] })
  lastWindow().close()
  await turn()
  expect([electron.answers.questions.length, electron.open().length]).toEqual([1, 1])
  expect(at(electron.answers.questions, 0).message).toContain('1 running')
  electron.answers.response = 0
  lastWindow().close()
  await turn()
  expect(electron.open()).toEqual([])
  expect(child().got.at(-1)).toEqual({ kind: 'closing', closing: 'keep' })
  expect(electron.app.calls).not.toContain('quit')
  expect(existsSync(join(root, 'windows.json'))).toBe(true)
  at(electron.trays, 0).emit('click')
  expect(lastWindow().loaded).toEqual([`${URL_OF_CORE}/`])
  lastWindow().close()
  expect(electron.answers.questions).toHaveLength(2)
  expect(electron.app.calls).not.toContain('quit')
})

test.each([
  ['quit', true, false, true],
  ['keep', true, false, false],
  ['keep', false, false, true],
  ['ask', false, false, true],
  ['ask', true, true, true],
  ['keep', true, true, true],
] as const)(
  'with %s, active work %s and a core elsewhere %s, closing ends the app: %s',
  async (closing, isActive, isAttached, quits) => {
    await start()
    ready({ isAttached })
    child().tell({ kind: 'closing', closing })
    child().tell({ kind: 'active', jobs: isActive ? [{ text: 'wine · running', path: '/runs/1' }] : [] })
    lastWindow().close()
    await turn()
    expect(electron.answers.questions).toEqual([])
    expect(electron.app.calls.includes('quit')).toBe(quits)
  },
)

test('while the core is away a page of it may still ask for the logs and what waits, and nothing else', async () => {
  await start()
  ready()
  expect(await ask('minisub:take-opened', [])).toEqual([])
  await endHost(1)
  expect(await ask('minisub:show-logs', [])).toBeNull()
  expect(await ask('minisub:take-opened', [])).toEqual([])
  for (const channel of ['minisub:choose-folder', 'minisub:sign-in']) {
    await expect(ask(channel, [])).rejects.toThrow('was refused')
  }
  await expect(ask('minisub:new-window', ['/runs'])).rejects.toThrow('was refused')
  await expect(ask('minisub:show-logs', [], { url: 'https://evil.example/', parent: null })).rejects.toThrow('refused')
})

test('what is opened while the core is away is told to the page when it is there again', async () => {
  await start()
  ready()
  const { webContents } = lastWindow()
  await endHost(1)
  const told = webContents.sent.length
  electron.app.emit('second-instance', anEvent(), [], root, { args: ['minisub://runs/01abc'] })
  expect(webContents.sent).toHaveLength(told)
  ready()
  expect(webContents.sent).toHaveLength(told + 1)
  expect(await ask('minisub:take-opened', [])).toEqual([{ kind: 'page', path: '/runs/01abc' }])
})

test('a page that was left for trouble comes back, also from a window that was opened elsewhere', async () => {
  await start()
  ready()
  lastWindow().webContents.url = `${URL_OF_CORE}/runs/42?tab=log`
  for (const count of [1, 2, 3]) {
    await endHost(1)
    if (count < 3) ready()
  }
  expect(lastWindow().webContents.url).toMatch(/^minisub-app:/)
  electron.app.emit('before-quit')
  expect(readFileSync(join(root, 'windows.json'), 'utf8')).toContain('/runs/42?tab=log')
  await electron.schemes.get('minisub-app')?.(new Request(`${TROUBLE}again`))
  ready({ code: null })
  expect(at(electron.windows, 0).loaded.at(-1)).toBe(`${URL_OF_CORE}/runs/42?tab=log`)
})

test('an app in the tray alone opens a window when its core comes no more, and forgets what ran', async () => {
  await start()
  ready()
  child().tell({ kind: 'closing', closing: 'keep' })
  child().tell({ kind: 'active', jobs: [{ text: 'wine · running', path: '/runs/1' }] })
  lastWindow().close()
  expect(electron.open()).toEqual([])
  for (const count of [1, 2, 3]) {
    await endHost(1)
    if (count < 3) ready()
  }
  expect(electron.open().map(({ loaded }) => loaded.at(-1))).toEqual([`${TROUBLE}report`, TROUBLE])
  expect(at(electron.trays, 0).tip).toBe('Mini-Submarine: Nothing is running')
})

test('work that goes on with the core that comes again is still asked for when the last window is closed', async () => {
  await start()
  ready()
  child().tell({ kind: 'active', jobs: [{ text: 'wine · running', path: '/runs/1' }] })
  await endHost(1)
  at(electron.windows, 0).close()
  await turn()
  expect(electron.answers.questions).toHaveLength(1)
  expect(electron.app.calls).not.toContain('quit')
})

test('an app that ends opens nothing more, for links neither nor for a core that was slow', async () => {
  vi.useFakeTimers()
  startDesktop(electron.calls, place())
  electron.app.begin()
  electron.app.quit()
  electron.app.emit('open-url', anEvent(), 'minisub://runs/1')
  await vi.advanceTimersByTimeAsync(11_000)
  expect(electron.open()).toEqual([])
  expect(log()).not.toContain('not ready after ten seconds')
})

test('the question of closing is asked once at a time', async () => {
  await start()
  ready()
  child().tell({ kind: 'active', jobs: [{ text: 'wine · running', path: '/runs/1' }] })
  lastWindow().close()
  lastWindow().close()
  await turn()
  expect(electron.answers.questions).toHaveLength(1)
})

test('on macOS the answer Quit ends the app as well', async () => {
  await start({ platform: 'darwin' })
  ready()
  child().tell({ kind: 'active', jobs: [{ text: 'wine · running', path: '/runs/1' }] })
  electron.answers.response = 1
  lastWindow().close()
  await turn()
  expect(child().got.slice(-2)).toEqual([{ kind: 'closing', closing: 'quit' }, { kind: 'stop' }])
  expect(electron.app.calls).toContain('quit')
})

test('a start that comes while the app ends is begun again when it has ended', async () => {
  await start()
  ready()
  electron.app.quit()
  electron.app.emit('second-instance', anEvent(), [], root, { args: ['minisub://runs/1'] })
  expect([electron.app.calls.at(-1), electron.open().length]).toEqual(['relaunch', 0])
})

test('windows that cannot be written are told of, and keep nobody from quitting', async () => {
  await start({ windows: join(root, 'none', 'windows.json') })
  ready()
  electron.app.quit()
  expect(log()).toContain('the windows are not remembered')
  expect(child().got.at(-1)).toEqual({ kind: 'stop' })
})

test('a page that does not load is told of without the code in its address', async () => {
  await start()
  electron.faults.load = 'ERR_CONNECTION_REFUSED (-102)'
  ready()
  await turn()
  expect(log()).toContain(`a page did not load: Error: ERR_CONNECTION_REFUSED (-102) loading '${URL_OF_CORE}/`)
})

test('links are registered by the packaged app alone, and Windows knows it by its id', async () => {
  await start({ isPackaged: false, platform: 'win32' })
  expect(electron.app.calls).toContain('id org.mini-submarine.desktop')
  expect(electron.app.calls).not.toContain('protocol minisub')
})

test('a window is dark before its page is where the system is, and is shown when it is painted', async () => {
  await start()
  expect(lastWindow().options).toMatchObject({ show: false, backgroundColor: '#242424' })
})

test('the answer Quit ends the app, and on macOS the app stays without windows', async () => {
  await start()
  ready()
  child().tell({ kind: 'active', jobs: [{ text: 'wine · running', path: '/runs/1' }] })
  electron.answers.response = 1
  lastWindow().close()
  await turn()
  expect([electron.open().length, electron.app.calls.at(-1)]).toEqual([0, 'quit'])
  electron = fakeElectron()
  await start({ platform: 'darwin' })
  ready()
  lastWindow().close()
  expect(electron.app.calls).not.toContain('quit')
  electron.app.emit('activate')
  expect(electron.open()).toHaveLength(1)
})

test('quitting waits for the core to end, and kills one that does not', async () => {
  await start()
  ready()
  electron.app.emit('before-quit')
  const event = anEvent()
  electron.app.emit('will-quit', event)
  expect([event.isPrevented(), child().got.at(-1)]).toEqual([true, { kind: 'stop' }])
  expect(electron.app.calls).not.toContain('exit 0')
  await endHost(0)
  await turn()
  expect(electron.app.calls.at(-1)).toBe('exit 0')
  expect(electron.children).toHaveLength(1)

  vi.useFakeTimers()
  electron = fakeElectron()
  startDesktop(electron.calls, place())
  electron.app.begin()
  await vi.advanceTimersByTimeAsync(1)
  ready()
  electron.app.emit('will-quit', anEvent())
  await vi.advanceTimersByTimeAsync(10_600)
  expect([child().isKilled, electron.app.calls.at(-1)]).toEqual([true, 'exit 0'])
})

test('the tray says what runs, and leads to it', async () => {
  await start()
  ready()
  const jobs = Array.from({ length: 12 }, (_, index) => ({ text: `run ${index} · running`, path: `/runs/${index}` }))
  child().tell({ kind: 'active', jobs })
  const tray = at(electron.trays, 0)
  expect(tray.tip).toBe('Mini-Submarine: 12 running')
  const labels = tray.menu?.template.map(({ label }) => label)
  expect(labels).toEqual([
    '12 running',
    ...jobs.slice(0, 10).map(({ text }) => text),
    'and 2 more',
    undefined,
    'Open Mini-Submarine',
    'Quit',
  ])
  // @ts-expect-error -- Electron's arguments are of no account
  tray.menu?.template[3]?.click?.()
  expect(await ask('minisub:take-opened', [])).toEqual([{ kind: 'page', path: '/runs/2' }])
  child().tell({ kind: 'active', jobs: [] })
  expect(tray.tip).toBe('Mini-Submarine: Nothing is running')
})

test('the end of a run is a notification that leads to it, unless a window is in front', async () => {
  await start()
  ready()
  const notice = {
    kind: 'notice',
    title: 'wine failed',
    body: 'step train: exit code 1',
    path: '/runs/01abc',
    isNews: false,
  } as const
  lastWindow().state.isFocused = true
  child().tell(notice)
  expect(electron.notifications).toEqual([])
  child().tell({ ...notice, title: 'Mini-Submarine 0.2.0 is there', isNews: true })
  expect(electron.notifications.splice(0)).toHaveLength(1)
  lastWindow().state.isFocused = false
  child().tell(notice)
  expect(electron.notifications.map(({ options }) => options)).toEqual([{ title: notice.title, body: notice.body }])
  at(electron.notifications, 0).emit('click')
  expect(await ask('minisub:take-opened', [])).toEqual([{ kind: 'page', path: '/runs/01abc' }])
})

test('the core gets values encrypted and back by the system, and why where it cannot', async () => {
  await start()
  ready()
  child().tell({ kind: 'seal', id: 1, verb: 'encrypt', text: 'hush' })
  await turn()
  const sealed = child().got.at(-1)
  expect(sealed).toEqual({ kind: 'sealed', id: 1, text: Buffer.from('v11sealed hush').toString('base64') })
  child().tell({ kind: 'seal', id: 2, verb: 'decrypt', text: Buffer.from('v11sealed hush').toString('base64') })
  child().tell({ kind: 'seal', id: 3, verb: 'decrypt', text: 'bm9uc2Vuc2U=' })
  await turn()
  expect(child().got.slice(-2)).toEqual([
    { kind: 'sealed', id: 2, text: 'hush' },
    { kind: 'sealed', id: 3, fault: 'it is not ours' },
  ])
  expect(log()).not.toContain('hush')
})

test.each([
  ['linux', 'basic_text', { backend: 'basic_text', isStrong: false }],
  ['linux', 'unknown', { backend: 'unknown', isStrong: false }],
  ['linux', 'kwallet6', { backend: 'kwallet6', isStrong: true }],
  ['darwin', 'unknown', { backend: 'Keychain', isStrong: true }],
  ['win32', 'unknown', { backend: 'DPAPI', isStrong: true }],
] as const)('on %s with %s the core is told %j', async (platform, backend, encryption) => {
  Object.assign(electron.safe, { backend })
  await start({ platform })
  expect(child().got).toEqual([{ kind: 'start', home: root, encryption }])
})

test('the menu opens windows, pipelines, folders and logs', async () => {
  await start()
  ready()
  const items = electron.applicationMenu()?.template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
  const click = async (label: string) => {
    const item = items?.find((it) => it.label === label)
    // @ts-expect-error -- Electron's arguments are of no account
    item?.click?.()
    await turn()
  }
  await click('New Window')
  expect(electron.open()).toHaveLength(2)
  electron.answers.paths = [root]
  await click('Open Folder…')
  electron.answers.paths = ['/etc/passwd']
  await click('Open Pipeline…')
  expect(log()).toContain('refused to open /etc/passwd')
  await click('Show the Logs')
  expect(electron.outside).toEqual([join(root, 'desktop.log')])
  expect(lastWindow().webContents.sent).toHaveLength(1)
  await click('Quit')
  expect(electron.app.calls.at(-1)).toBe('quit')
})
