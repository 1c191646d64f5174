import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import type { Opened } from '#core/contract/desktop.ts'

/** What a page asked of the app, in order. */
export type BridgeCall = { readonly verb: string; readonly path?: string }

type BridgeState = {
  readonly calls: BridgeCall[]
  /** What dialogs of the system answer. */
  chosen: string | null
  opened: Opened[]
  listeners: (() => void)[]
  /** What every further call is refused with. */
  fault?: string
}
type WithState = { readonly bridgeState: BridgeState }

/** Lends the pages of a context what the app lends its own: an object that records calls. `opened` waits from the start. */
export function lendBridge(opened: readonly Opened[] = []): (context: BrowserContext) => Promise<void> {
  return async (context) => {
    await context.addInitScript((waiting) => {
      const state: BridgeState = { calls: [], chosen: null, opened: [...waiting], listeners: [] }
      const answer = async <Answer>(call: BridgeCall, value: Answer): Promise<Answer> => {
        state.calls.push(call)
        if (state.fault !== undefined) throw new Error(state.fault)
        return Promise.resolve(value)
      }
      const minisub = {
        chooseFolder: () => answer({ verb: 'chooseFolder' }, state.chosen),
        choosePipeline: () => answer({ verb: 'choosePipeline' }, state.chosen),
        newWindow: (path: string) => answer({ verb: 'newWindow', path }, null),
        showLogs: () => answer({ verb: 'showLogs' }, null),
        signIn: () => answer({ verb: 'signIn' }, null),
        takeOpened: () => answer({ verb: 'takeOpened' }, state.opened.splice(0)),
        onOpened: (listener: () => void) => {
          state.listeners.push(listener)
          return () => void (state.listeners = state.listeners.filter((it) => it !== listener))
        },
        // Where the disk has it the test says: a browser does not tell.
        pathOf: (file: File) =>
          (globalThis as unknown as { droppedPath?: string }).droppedPath ?? `/nowhere/${file.name}`,
      }
      Object.assign(globalThis, { minisub: Object.freeze(minisub), bridgeState: state })
    }, opened)
  }
}

/** Calls of the bridge but those that ask what waits. */
export async function bridgeCalls(page: Page): Promise<BridgeCall[]> {
  const calls = await page.evaluate(() => (globalThis as unknown as WithState).bridgeState.calls)
  return calls.filter(({ verb }) => verb !== 'takeOpened')
}

/** What dialogs answer from now on, or what every call is refused with. */
export async function setBridge(
  page: Page,
  change: { readonly chosen?: string | null; readonly fault?: string },
): Promise<void> {
  await page.evaluate((it) => Object.assign((globalThis as unknown as WithState).bridgeState, it), change)
}

/** Something is opened while the page is there. */
export async function openByApp(page: Page, ...opened: Opened[]): Promise<void> {
  await page.evaluate((it) => {
    const { bridgeState } = globalThis as unknown as WithState
    bridgeState.opened.push(...it)
    for (const listener of bridgeState.listeners) listener()
  }, opened)
}

/** Something that is dragged above a page by the browser itself, as a person would. */
export type Drag = { over(): Promise<void>; leave(): Promise<void>; drop(): Promise<void> }

/** Files by their paths, or data by its type. */
export type Dragged = { readonly files?: readonly string[]; readonly text?: Readonly<Record<string, string>> }

/** Begins a drag from elsewhere above a place of the page, its middle where none is named. */
export async function dragAbove(
  page: Page,
  { files = [], text = {} }: Dragged,
  at = { x: 640, y: 400 },
): Promise<Drag> {
  const session: CDPSession = await page.context().newCDPSession(page)
  const items = Object.entries(text).map(([mimeType, data]) => ({ mimeType, data }))
  const data = { items, files: [...files], dragOperationsMask: 1 }
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop') =>
    void (await session.send('Input.dispatchDragEvent', { type, ...at, data }))
  if (files.length > 0) {
    const path = files[0]
    await page.evaluate((it) => Object.assign(globalThis, { droppedPath: it }), path)
  }
  return {
    over: async () => {
      await send('dragEnter')
      await send('dragOver')
    },
    // The protocol's own `dragCancel` tells the page nothing: this is what it hears when a window is left.
    leave: () => page.evaluate(() => void document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))),
    drop: () => send('drop'),
  }
}
