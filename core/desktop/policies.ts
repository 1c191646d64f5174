import type { EncryptionInfo } from '#core/contract/desktop.ts'

/** The scheme and the origin of the app's own page, which tells what happened where no core does. */
export const SHELL_SCHEME = 'minisub-app'
const SHELL_ORIGIN = `${SHELL_SCHEME}://trouble`
export const TROUBLE_PAGE = `${SHELL_ORIGIN}/`
/** Tells of the last end of the core while another one runs. */
export const REPORT_PAGE = `${SHELL_ORIGIN}/report`
const OUTSIDE = ['http:', 'https:', 'mailto:']
const PERMISSIONS = ['clipboard-sanitized-write', 'fullscreen', 'notifications']

/** Scheme, host and port of an address, parsed; undefined where it is none. Custom schemes have no `URL.origin`. */
export function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}

/** Whether a page may take its window to an address: within the core's origin, or within the app's own page. */
export function mayNavigate(from: string, to: string, core: string | undefined): boolean {
  const [source, target] = [originOf(from), originOf(to)]
  return target !== undefined && target === source && (target === core || target === SHELL_ORIGIN)
}

/** The address for the system's browser or mailer, written anew; undefined for all that must not leave the app. */
export function externalAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  const isPlain = OUTSIDE.includes(url.protocol) && url.username === '' && url.password === ''
  return isPlain ? url.href : undefined
}

/** Whether a page may use what Chromium asks permission for: the core's own pages, and of that little. */
export function mayUse(permission: string, origin: string, core: string | undefined): boolean {
  return core !== undefined && originOf(origin) === core && PERMISSIONS.includes(permission)
}

type Frame = { readonly url: string; readonly parent: object | null } | null

/** Whether a call comes from the top frame of a page of the core. */
export function mayCall(frame: Frame, core: string | undefined): boolean {
  return frame !== null && frame.parent === null && core !== undefined && originOf(frame.url) === core
}

/** What pages of every window get, beside the preload. */
export const WEB_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  webviewTag: false,
  allowRunningInsecureContent: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const

/**
 * What the system's encryption is worth, by its name: whether it is there is seen when it is first used, since to ask may
 * ask a person. Chromium's `basic_text` has its key in its source. On Linux the name says what the desktop has, not that it
 * gives a key: `sealBy` looks at each answer.
 */
export function encryptionInfo(platform: NodeJS.Platform, backend: () => string): EncryptionInfo {
  if (platform !== 'linux') return { backend: platform === 'darwin' ? 'Keychain' : 'DPAPI', isStrong: true }
  const name = backend()
  return { backend: name, isStrong: !['basic_text', 'unknown'].includes(name) }
}

/** A core that ended so often within this time, in milliseconds, is not started again by itself. */
const MOST_ENDS = 3
const ENDS_WITHIN_MS = 300_000

/** Whether a core that ended by itself is started again; `ends` are the times of all its ends, this one included. */
export function mayStartAgain(ends: readonly number[], now: number): boolean {
  return ends.filter((at) => now - at < ENDS_WITHIN_MS).length < MOST_ENDS
}

/** What is to happen when the last window is closed while the core works: nothing is asked where the core stays anyway. */
export function closingOf(state: {
  readonly isAttached: boolean
  readonly jobs: number
  readonly closing: 'ask' | 'keep' | 'quit'
}): 'ask' | 'keep' | 'quit' {
  return state.isAttached || state.jobs === 0 ? 'quit' : state.closing
}

/** Whether the app ends with its last window. On macOS apps stay, unless somebody chose that work ends with it. */
export function endsWithWindows(platform: NodeJS.Platform, state: Parameters<typeof closingOf>[0]): boolean {
  const closing = closingOf(state)
  return platform === 'darwin' ? !state.isAttached && state.jobs > 0 && closing === 'quit' : closing !== 'keep'
}

/** A line of the app's log, without what opens a session. What comes from outside may hold line breaks, which would look like lines of ours. */
export function logLine(sentence: string, now: Date): string {
  const plain = sentence.replaceAll(/[\r\n]+/g, ' ⏎ ').replaceAll(/#code=[0-9a-f]+/g, '#code=…')
  return `${now.toISOString()} ${plain}\n`
}
