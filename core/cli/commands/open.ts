import { clientOf } from '#core/attach/index.ts'
import { ensureCore } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { findOpener, openWith } from '#core/cli/open-browser.ts'

export type OpenOptions = { readonly print?: boolean }

/**
 * `minisub open`: opens the page with a code that is good once, within 60 seconds. The code stands behind `#`, which
 * browsers send to nobody. With --print, with --json, and where no browser can be opened, the address is printed.
 */
export async function openCommand(options: OpenOptions, context: Context): Promise<number> {
  const core = await ensureCore(context.home)
  const { code } = await clientOf(core, context.home).createSessionCode()
  const address = `${core.url}/#code=${code}`
  if (context.json) await printJson({ url: address })
  else if (options.print === true) await print(`${address}\n`)
  else await openOrPrint(address, core.url)
  return EXIT.succeeded
}

async function openOrPrint(address: string, url: string): Promise<void> {
  const opener = findOpener(process.platform, process.env)
  if (opener !== undefined && (await openWith(opener, address))) {
    say(`opened ${url} in the browser`)
    return
  }
  const why = opener === undefined ? 'no browser was found here' : `${opener} opened no browser`
  say(`${why}: open this address yourself, once, within 60 seconds`)
  await print(`${address}\n`)
}
