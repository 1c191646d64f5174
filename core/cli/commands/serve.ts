import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { parseDuration } from '#core/base/quantity.ts'
import { print, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'

export type ServeOptions = { readonly port?: string; readonly idleExit?: string }

/** `minisub serve`: is the core until it is told to stop; runs that are not over are taken up by the next one. */
export async function serveCommand(options: ServeOptions, context: Context): Promise<number> {
  const port = options.port === undefined ? undefined : portNumber(options.port)
  const idleExitMs = options.idleExit === undefined ? undefined : duration(options.idleExit)
  const stop = stopSignal()
  const { openWorkbench } = await import('#core/workbench.ts')
  const workbench = await openWorkbench({
    home: context.home,
    ...(port === undefined ? {} : { port }),
    ...(idleExitMs === undefined ? {} : { idleExitMs }),
  })
  if (context.json) {
    await print(`${JSON.stringify({ url: workbench.url, tokenFile: join(context.home, 'token'), pid: process.pid })}\n`)
  } else {
    await print(`the core is ready at ${workbench.url} (Ctrl-C stops it)\n`)
    await print('open its page with `minisub open`\n')
  }
  await Promise.race([stop, workbench.closed])
  await workbench.close()
  return EXIT.succeeded
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const onSignal = (): void => {
      if (stopping) process.exit(EXIT.cancelled)
      stopping = true
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

function portNumber(text: string): number {
  const port = wholeNumber('--port', text, 1)
  if (port > 65_535) throw new Problem('usage', `--port wants a number from 1 to 65535 and got ${text}`)
  return port
}

function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new Problem('usage', `--idle-exit wants a time such as 30s or 5m and got "${text}"`)
  return ms
}
