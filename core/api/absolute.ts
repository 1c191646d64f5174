import { isAbsolute } from 'node:path'
import { Problem } from '#core/base/problem.ts'

/** The path itself where it is absolute: the core has no folder that a caller could mean. Throws Problem `invalid_request`. */
export function absolute(file: string): string {
  if (isAbsolute(file)) return file
  throw new Problem('invalid_request', `the path ${file} is relative: send the absolute path of the file`, {
    path: 'file',
  })
}
