import { z } from 'zod'
import { DESKTOP_CALLS, type DesktopAnswers, type DesktopChannel, type DesktopInput } from '#core/contract/desktop.ts'
import { externalAddress, mayCall, mayNavigate, mayUse, originOf } from '#core/desktop/index.ts'
import type { Calls, GuardedContents } from './calls.ts'

/** Where the core is, undefined while none is ready; and where what was refused is told. */
export type Guarded = { readonly core: () => string | undefined; readonly log: (sentence: string) => void }

/** What holds for every page that is ever made, before it shows anything. */
export function guardPages({ app, session, shell }: Calls, { core, log }: Guarded): void {
  app.on('web-contents-created', (_, contents: GuardedContents) => {
    const guard = (event: { preventDefault(): void; readonly url: string }): void => {
      if (mayNavigate(contents.getURL(), event.url, core())) return
      event.preventDefault()
      log(`refused to go to ${event.url}`)
    }
    contents.on('will-navigate', guard)
    contents.on('will-frame-navigate', guard)
    contents.on('will-redirect', guard)
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      const outside = originOf(url) === core() ? undefined : externalAddress(url)
      if (outside === undefined) log(`refused to open a window for ${url}`)
      else void shell.openExternal(outside)
      return { action: 'deny' }
    })
  })
  session.defaultSession.setPermissionRequestHandler((_, permission, settle, { requestingUrl }) => {
    const isGranted = mayUse(permission, requestingUrl, core())
    if (!isGranted) log(`refused ${permission} to ${requestingUrl}`)
    settle(isGranted)
  })
  session.defaultSession.setPermissionCheckHandler((_, permission, origin) => mayUse(permission, origin, core()))
  session.defaultSession.setDevicePermissionHandler(() => false)
  session.defaultSession.setDisplayMediaRequestHandler((_, settle) => settle(null))
}

/** What a page of the core may ask while the core is away. */
const WITHOUT_CORE: readonly DesktopChannel[] = ['minisub:show-logs', 'minisub:take-opened']

/** Answers what pages ask: only the top frame of a page of the core, only what the table has, only arguments that fit. */
export function answerPages({ ipcMain }: Calls, { core, log }: Guarded, answers: DesktopAnswers): void {
  let last = core()
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it pairs input and answer
  const answer = <Channel extends DesktopChannel>(channel: Channel): void => {
    ipcMain.handle(channel, async ({ senderFrame, sender }, ...args: unknown[]) => {
      last = core() ?? last
      const input = DESKTOP_CALLS[channel].input.safeParse(args)
      const isOurs = mayCall(senderFrame, core() ?? (WITHOUT_CORE.includes(channel) ? last : undefined))
      if (isOurs && input.success) return answers[channel](input.data as DesktopInput<Channel>, sender.id)
      const why = input.error === undefined ? 'this page may not ask the app' : z.prettifyError(input.error)
      log(`refused ${channel} of ${senderFrame?.url ?? 'a frame that is gone'}: ${why}`)
      throw new Error(`${channel} was refused: ${why}`)
    })
  }
  for (const channel of Object.keys(DESKTOP_CALLS) as DesktopChannel[]) answer(channel)
}
