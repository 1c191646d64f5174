import { resolve } from 'node:path'
import { formatBytes } from '#core/base/quantity.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { downloadFiles } from '#core/cli/download-files.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { counted, plainText } from '#core/cli/text.ts'

type Wish = { readonly model: string; readonly version: string; readonly to: string; readonly force: boolean }

/** `minisub models download NAME VERSION --to FOLDER`. */
export async function downloadModelCommand({ model, version, to, force }: Wish, context: Context): Promise<number> {
  const client = await connect(context.home)
  // From here on by its number: an alias may be moved meanwhile.
  const number = (await client.showModelVersion({ model, version })).version
  const which = { model, version: String(number) }
  const { files } = await client.listModelFiles(which)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const what = `version ${number} of ${plainText(model)}: ${counted(files.length, 'file')}, ${formatBytes(bytes)}`
  if (!context.json) say(`downloading ${what}`)
  const folder = resolve(to)
  await downloadFiles({
    files,
    folder,
    force,
    read: (path, range) => client.readModelFile({ ...which, path }, range === undefined ? {} : { range }),
  })
  const saved = { model, version: number, folder, bytes, files: files.map(({ path }) => path) }
  await (context.json ? printJson(saved) : print(`saved ${counted(files.length, 'file')} to ${to}\n`))
  return EXIT.succeeded
}
