import type { Frame } from '../raised.ts'
import type { Facts, Found } from '../rule.ts'
import { withinCode } from './within-code.ts'

/** Files of Python itself and of packages, and code without a file. */
const OF_OTHERS = /(?:^|\/)(?:site-packages|dist-packages)\/|\/lib(?:64)?\/python\d|^</

/** The deepest place of a traceback that is in a file of the user. */
export function ownFrame({ raised }: Found): Frame | undefined {
  return raised?.frames.findLast(({ file }) => !OF_OTHERS.test(file))
}

/** The fact `where`: that place, such as `train.py, line 12, in main`; `the program` where there is none. */
export function where(found: Found): Facts {
  return { where: placeOf(found) }
}

function placeOf(found: Found): string {
  const frame = ownFrame(found)
  if (frame === undefined) return 'the program'
  const file = withinCode(frame.file, found.evidence.codeFolder)
  const inside = frame.inside === '' || frame.inside === '<module>' ? '' : `, in ${frame.inside}`
  return `${file}, line ${frame.line}${inside}`
}
