import { expect, test, vi } from 'vitest'
import { DESKTOP_CALLS, OPENED_CHANNEL, type DesktopBridge } from '#core/contract/desktop.ts'

const electron = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  asked: [] as unknown[][],
  listeners: new Map<string, ((...args: unknown[]) => void)[]>(),
}))
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, api: unknown) => electron.exposed.set(name, api) },
  ipcRenderer: {
    invoke: async (...args: unknown[]) => {
      electron.asked.push(args)
      return 'answer'
    },
    on: (channel: string, listener: () => void) =>
      electron.listeners.set(channel, [...(electron.listeners.get(channel) ?? []), listener]),
    off: (channel: string, listener: () => void) =>
      electron.listeners.set(
        channel,
        (electron.listeners.get(channel) ?? []).filter((it) => it !== listener),
      ),
  },
  webUtils: { getPathForFile: (file: { name: string }) => `/data/${file.name}` },
}))

await import('./preload.ts')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the tests below look at
const bridge = electron.exposed.get('minisub') as DesktopBridge

test('pages get these names and no others', () => {
  expect([...electron.exposed.keys()]).toEqual(['minisub'])
  expect(Object.keys(bridge).toSorted()).toEqual([
    'chooseFolder',
    'choosePipeline',
    'newWindow',
    'onOpened',
    'pathOf',
    'showLogs',
    'signIn',
    'takeOpened',
  ])
})

test('each call asks on its own channel with its own arguments, and gets the answer', async () => {
  const { chooseFolder, choosePipeline, newWindow, showLogs, signIn, takeOpened } = bridge
  for (const call of [chooseFolder, choosePipeline, showLogs, signIn, takeOpened]) expect(await call()).toBe('answer')
  await newWindow('/runs')
  expect(electron.asked).toEqual([
    ['minisub:choose-folder'],
    ['minisub:choose-pipeline'],
    ['minisub:show-logs'],
    ['minisub:sign-in'],
    ['minisub:take-opened'],
    ['minisub:new-window', '/runs'],
  ])
  expect(electron.asked.map(([channel]) => String(channel)).toSorted()).toEqual(Object.keys(DESKTOP_CALLS).toSorted())
})

test('a listener hears that something waits, without what Electron says of it, until it ends', () => {
  const heard: unknown[][] = []
  const end = bridge.onOpened((...args: unknown[]) => void heard.push(args))
  const emit = () => electron.listeners.get(OPENED_CHANNEL)?.forEach((it) => it({ sender: 'secret' }, 'more'))
  emit()
  end()
  emit()
  expect(heard).toEqual([[]])
})

test('the path of what was dropped is asked of Electron', () => {
  expect(bridge.pathOf({ name: 'wine' })).toBe('/data/wine')
})
