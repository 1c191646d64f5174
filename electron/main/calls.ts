import type * as E from 'electron'
import type { HostProcess } from '#core/desktop/index.ts'

/** Of a window, what we call. */
export type Contents = Pick<E.WebContents, 'getURL' | 'id' | 'send'>
export type GuardedContents = Pick<E.WebContents, 'getURL' | 'on' | 'setWindowOpenHandler'>
export type Window = Pick<E.BrowserWindow, 'close' | 'focus' | 'getNormalBounds' | 'loadURL' | 'on' | 'show'> &
  Pick<E.BrowserWindow, 'isFocused' | 'isMaximized' | 'isMinimized' | 'maximize' | 'restore'> & {
    readonly webContents: Contents
  }

/**
 * Exactly the calls of Electron that the app makes, cut out of Electron's own types: what main is given in the app, and
 * what the fake of the tests implements.
 */
export type Calls = {
  readonly app: Pick<E.App, 'exit' | 'on' | 'quit' | 'relaunch'> &
    Pick<E.App, 'requestSingleInstanceLock' | 'setAppUserModelId' | 'setAsDefaultProtocolClient'>
  readonly BrowserWindow: new (options: E.BrowserWindowConstructorOptions) => Window
  readonly Menu: Pick<typeof E.Menu, 'buildFromTemplate' | 'setApplicationMenu'>
  readonly Notification: new (options: E.NotificationConstructorOptions) => Pick<E.Notification, 'on' | 'show'>
  readonly Tray: new (image: string) => Pick<E.Tray, 'on' | 'setContextMenu' | 'setToolTip'>
  readonly dialog: {
    showMessageBox(options: E.MessageBoxOptions): Promise<E.MessageBoxReturnValue>
    showOpenDialog(options: E.OpenDialogOptions): Promise<E.OpenDialogReturnValue>
  }
  readonly ipcMain: Pick<E.IpcMain, 'handle'>
  readonly nativeTheme: Pick<E.NativeTheme, 'shouldUseDarkColors'>
  readonly protocol: Pick<E.Protocol, 'handle' | 'registerSchemesAsPrivileged'>
  readonly safeStorage: Pick<E.SafeStorage, 'decryptStringAsync' | 'encryptStringAsync' | 'getSelectedStorageBackend'>
  readonly screen: Pick<E.Screen, 'getAllDisplays'>
  readonly session: {
    readonly defaultSession: Pick<
      E.Session,
      `set${'DevicePermission' | 'DisplayMediaRequest' | 'PermissionCheck' | 'PermissionRequest'}Handler`
    >
  }
  readonly shell: Pick<E.Shell, 'openExternal' | 'showItemInFolder'>
  readonly utilityProcess: { fork(modulePath: string, args?: string[], options?: E.ForkOptions): HostProcess }
}
