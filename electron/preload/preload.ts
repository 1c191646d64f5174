// What pages get of the app: named calls, nothing general. Bundled as one file, so it takes types alone from elsewhere.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { DesktopBridge, DesktopChannel, OPENED_CHANNEL } from '#core/contract/desktop.ts'

const OPENED: typeof OPENED_CHANNEL = 'minisub:opened'
const ask = (channel: DesktopChannel, ...args: string[]) => ipcRenderer.invoke(channel, ...args)

const bridge: DesktopBridge = {
  chooseFolder: () => ask('minisub:choose-folder'),
  choosePipeline: () => ask('minisub:choose-pipeline'),
  newWindow: (path) => ask('minisub:new-window', path),
  showLogs: () => ask('minisub:show-logs'),
  signIn: () => ask('minisub:sign-in'),
  takeOpened: () => ask('minisub:take-opened'),
  onOpened: (listener) => {
    const call = (): void => listener()
    ipcRenderer.on(OPENED, call)
    return () => void ipcRenderer.off(OPENED, call)
  },
  pathOf: (file) => webUtils.getPathForFile(file as File),
}
contextBridge.exposeInMainWorld('minisub', bridge)
