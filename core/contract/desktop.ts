import { z } from 'zod'

/** A page of the workbench below its origin, with its query. Nothing that a browser would take for another origin. */
export const pagePath = z.string().regex(/^\/(?![/\\])[\x21-\x7e]{0,2000}$/)

/** What the app was asked to open: a page of the workbench by its path, or a file or folder of this machine by an absolute path. */
export const Opened = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('page'), path: pagePath }),
  z.object({ kind: z.literal('pipeline'), file: z.string() }),
  z.object({ kind: z.literal('folder'), path: z.string() }),
])
export type Opened = z.infer<typeof Opened>

/** What systems know the app by. */
export const DESKTOP_APP_ID = 'org.mini-submarine.desktop'

/** What a page asks of the app, by channel: the arguments as they are parsed, and the answer. */
export const DESKTOP_CALLS = {
  /** A dialog for a folder; null where it was given up. */
  'minisub:choose-folder': { input: z.tuple([]), output: z.string().nullable() },
  /** A dialog for a `*.pipeline.yaml`; null where it was given up. */
  'minisub:choose-pipeline': { input: z.tuple([]), output: z.string().nullable() },
  /** Opens a page of the workbench, such as `/runs/01…`, in a window of its own. */
  'minisub:new-window': { input: z.tuple([pagePath]), output: z.null() },
  /** Shows the folder of the logs in the file manager. */
  'minisub:show-logs': { input: z.tuple([]), output: z.null() },
  /** Gives this window a new session, in place of one that is over: the page is loaded again with a code. */
  'minisub:sign-in': { input: z.tuple([]), output: z.null() },
  /** What waits to be opened in this window, oldest first; it is told once. */
  'minisub:take-opened': { input: z.tuple([]), output: z.array(Opened) },
} as const
export type DesktopChannel = keyof typeof DESKTOP_CALLS
export type DesktopInput<Channel extends DesktopChannel> = z.infer<(typeof DESKTOP_CALLS)[Channel]['input']>
type DesktopOutput<Channel extends DesktopChannel> = z.infer<(typeof DESKTOP_CALLS)[Channel]['output']>
/** What the app does for each of them; `contents` is Electron's number of the page that asks. */
export type DesktopAnswers = {
  readonly [Channel in DesktopChannel]: (
    input: DesktopInput<Channel>,
    contents: number,
  ) => DesktopOutput<Channel> | Promise<DesktopOutput<Channel>>
}

/** The channel on which the app tells a page that `minisub:take-opened` has something. */
export const OPENED_CHANNEL = 'minisub:opened'

/** What the app lends a page as `window.minisub`; a browser has none of it. */
export type DesktopBridge = {
  readonly chooseFolder: () => Promise<string | null>
  readonly choosePipeline: () => Promise<string | null>
  readonly newWindow: (path: string) => Promise<null>
  readonly showLogs: () => Promise<null>
  readonly signIn: () => Promise<null>
  readonly takeOpened: () => Promise<Opened[]>
  /** Calls back when something waits to be opened; the result ends that. */
  readonly onOpened: (listener: () => void) => () => void
  /** The absolute path of a file or folder that was dropped on the page; empty where it is none of the disk. */
  readonly pathOf: (file: unknown) => string
}

/** Whether the app's own encryption protects values from other programs of this user; on Linux it may not. */
export const EncryptionInfo = z.object({
  /** What the system calls it, such as `Keychain`, `gnome_libsecret` or `basic_text`. */
  backend: z.string(),
  isStrong: z.boolean(),
})
export type EncryptionInfo = z.infer<typeof EncryptionInfo>

/** Work that is not over, in a few words, and the page that shows it. */
const ActiveJob = z.object({ text: z.string(), path: pagePath })
export type ActiveJob = z.infer<typeof ActiveJob>

const id = z.int()
const ProblemLike = z.looseObject({ code: z.string(), message: z.string() })

/** What the app tells the process of its core. */
export const ToHost = z.discriminatedUnion('kind', [
  /** The first one. `encryption`: null where the app has none. */
  z.object({ kind: z.literal('start'), home: z.string(), encryption: EncryptionInfo.nullable() }),
  /** A one-time code is wanted for the window of this number. */
  z.object({ kind: z.literal('code'), id }),
  /** What came of a `seal`: base64 or text, or why not. */
  z.object({ kind: z.literal('sealed'), id, text: z.string().optional(), fault: z.string().optional() }),
  /** What is to happen from now on when the last window is closed. */
  z.object({ kind: z.literal('closing'), closing: z.enum(['keep', 'quit']) }),
  z.object({ kind: z.literal('stop') }),
])
export type ToHost = z.infer<typeof ToHost>

/** What the process of the core tells the app. */
export const FromHost = z.discriminatedUnion('kind', [
  /**
   * `isAttached`: another process is the core, which stays when the app ends. `code` is good once, within a minute, for
   * a page; null where none could be had.
   */
  z.object({ kind: z.literal('ready'), url: z.url(), isAttached: z.boolean(), code: z.string().nullable() }),
  z.object({ kind: z.literal('failed'), problem: ProblemLike }),
  z.object({ kind: z.literal('code'), id, code: z.string() }),
  z.object({ kind: z.literal('seal'), id, verb: z.enum(['encrypt', 'decrypt']), text: z.string() }),
  /** Runs and work on local clusters, each time that they change. */
  z.object({ kind: z.literal('active'), jobs: z.array(ActiveJob) }),
  /** Something to tell the person; `path` is the page that shows it. `isNews`: also while a window is in front. */
  z.object({
    kind: z.literal('notice'),
    title: z.string(),
    body: z.string(),
    path: pagePath,
    isNews: z.boolean(),
  }),
  /** What is to happen to active work when the last window is closed. */
  z.object({ kind: z.literal('closing'), closing: z.enum(['ask', 'keep', 'quit']) }),
])
export type FromHost = z.infer<typeof FromHost>
