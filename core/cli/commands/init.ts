import { cp, mkdir, readdir, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'

const SAMPLES = fileURLToPath(new URL('../../../resources/samples/', import.meta.url))
const DEFAULT_TEMPLATE = 'hello'

export type InitOptions = { readonly dir?: string; readonly list?: boolean }

/** `minisub init [TEMPLATE]`: copies a sample into a folder; never overwrites. */
export async function initCommand(
  template: string | undefined,
  options: InitOptions,
  context: Context,
): Promise<number> {
  const templates = (await readdir(SAMPLES, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
  if (options.list === true) {
    await (context.json ? printJson({ templates }) : print(`${templates.join('\n')}\n`))
    return EXIT.succeeded
  }
  const name = template ?? DEFAULT_TEMPLATE
  if (!templates.includes(name))
    throw new Problem('usage', `there is no template "${name}"${didYouMean(name, templates)}`)
  const folder = resolve(options.dir ?? name)
  const files = await copyTemplate(join(SAMPLES, name), folder)
  const pipeline = relative(process.cwd(), join(folder, 'pipeline.yaml'))
  if (context.json) await printJson({ template: name, folder, files })
  else {
    const others =
      template === undefined ? `other templates: ${templates.filter((other) => other !== name).join(', ')}\n` : ''
    await print(`made ${folder} (${files.join(', ')})\n${others}run it: minisub run ${pipeline}\n`)
  }
  return EXIT.succeeded
}

/** Copies the files of a template, all or none; a lock that was made in the checkout stays there. Throws Problem `conflict`. */
async function copyTemplate(source: string, folder: string): Promise<string[]> {
  const entries = await readdir(source, { withFileTypes: true, recursive: true })
  const files = entries
    .filter(
      (entry) => entry.isFile() && !entry.parentPath.includes('__pycache__') && !entry.name.endsWith('.lock.json'),
    )
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .toSorted()
  for (const file of files) {
    if (await exists(join(folder, file))) {
      throw new Problem(
        'conflict',
        `${join(folder, file)} is there already and is not overwritten: name another folder with --dir`,
      )
    }
  }
  await mkdir(folder, { recursive: true }).catch(refuse(folder))
  for (const file of files)
    await cp(join(source, file), join(folder, file), { errorOnExist: true, force: false }).catch(refuse(folder))
  return files
}

function refuse(folder: string): (error: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'ENOSPC'].includes(code)) {
      throw new Problem('conflict', `${folder} cannot be written (${code}): name another folder with --dir`, { cause })
    }
    throw cause
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false
    throw error
  }
}
