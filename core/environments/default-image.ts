import { isProblem } from '#core/base/problem.ts'
import { findPython } from './find-python.ts'
import type { ImageContext } from './image-context.ts'
import { parsePythonRange } from './python-range.ts'
import type { Variables } from './installer-settings.ts'

/** The Python of steps without an environment where this machine has none. */
const PYTHON_MINOR = '3.13'

/** The name of the image of steps without an environment: the setting, else Python as this machine has it. */
export async function defaultReference({
  settings,
  variables,
}: Pick<ImageContext, 'settings' | 'variables'>): Promise<string> {
  const named = settings.get('docker.defaultImage')
  return named === '' ? `python:${await hostMinor(variables)}-slim` : named
}

/** The same Python as steps without an environment have in processes. */
async function hostMinor(variables: Variables): Promise<string> {
  try {
    return (await findPython(parsePythonRange('>=3.8'), variables)).release.slice(0, 2).join('.')
  } catch (error) {
    if (isProblem(error)) return PYTHON_MINOR
    throw error
  }
}
