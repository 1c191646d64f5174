import { readFile, stat } from 'node:fs/promises'
import { Problem } from '#core/base/problem.ts'

/** Returns when there is such a file. Throws Problem `input_missing`. */
export async function requireFile(file: string): Promise<void> {
  const found = await orProblem(file, () => stat(file))
  if (!found.isFile()) throw new Problem('input_missing', `${file} is not a file: name the pipeline's YAML file`)
}

/** The text of a file. Throws Problem `input_missing`. */
export async function readText(file: string): Promise<string> {
  await requireFile(file)
  return orProblem(file, () => readFile(file, 'utf8'))
}

async function orProblem<Result>(file: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new Problem('input_missing', `there is no file ${file}: check the path`, { cause })
    if (code === 'EACCES' || code === 'EPERM')
      throw new Problem('input_missing', `the file ${file} may not be read: check its mode and owner`, { cause })
    throw cause
  }
}
