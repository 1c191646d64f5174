import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { DesktopBridge } from '#core/contract/desktop.ts'

declare global {
  interface Window {
    readonly minisub?: DesktopBridge
  }
}

/** What the app lends this page; undefined in a browser. */
export function desktopBridge(): DesktopBridge | undefined {
  return window.minisub
}

/** Asks the app for something. Where it refuses, a note says so under the title, and the answer is undefined; so it is in a browser. */
export async function askDesktop<Answer>(
  failure: string,
  ask: (bridge: DesktopBridge) => Promise<Answer>,
): Promise<Answer | undefined> {
  const bridge = desktopBridge()
  if (bridge === undefined) return undefined
  try {
    return await ask(bridge)
  } catch (error) {
    notifications.show({ color: 'red', title: failure, message: refusalText(error), autoClose: false })
    return undefined
  }
}

/** What the app said, without what Electron puts before it. */
export function refusalText(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  const own = said.replace(/^Error invoking remote method '[^']*': (?:\w*(?:Error|Problem): )?/, '')
  return `the app did not do it (${own}): try it again; its logs say more`
}

/** Shows the folder of the logs in the file manager; nothing in a browser. */
export async function showLogs(): Promise<void> {
  await askDesktop('The logs were not shown', (bridge) => bridge.showLogs())
}

/** Has the app give this window a new session; nothing in a browser. */
export async function signInAgain(): Promise<void> {
  await askDesktop('No session was begun', (bridge) => bridge.signIn())
}

/** Opens a page in a window of its own by path and query; nothing in a browser. */
export async function openWindow(path: string): Promise<void> {
  await askDesktop('No window was opened', (bridge) => bridge.newWindow(path))
}

const DIALOGS = {
  folder: (bridge: DesktopBridge) => bridge.chooseFolder(),
  pipeline: (bridge: DesktopBridge) => bridge.choosePipeline(),
} as const

/** A dialog of the system that can be opened, and whether it is open. */
export type PathChoice = { readonly isOpen: boolean; readonly open: () => void }

/** The dialog of the system for a folder or a pipeline; undefined in a browser. What was given up changes nothing. */
export function usePathChoice(kind: keyof typeof DIALOGS, onChoose: (path: string) => void): PathChoice | undefined {
  const [isOpen, setOpen] = useState(false)
  if (desktopBridge() === undefined) return undefined
  const open = async () => {
    setOpen(true)
    const path = await askDesktop('Nothing could be chosen', DIALOGS[kind])
    setOpen(false)
    if (path !== undefined && path !== null) onChoose(path)
  }
  return { isOpen, open: () => void open() }
}
