import type { FailureRule, Found } from '../rule.ts'
import { ownFrame, where } from './own-frame.ts'
import { withinCode } from './within-code.ts'

/** A file that is not there, as Python and other programs tell of it. */
const NO_FILE =
  /(?:No such file or directory|[Ff]ile not found|[Cc]annot find the (?:file|path)|does not exist).{0,40}?['" ](?<path>(?:\/|[A-Za-z]:\\)[^'"]{1,300})/
/** Homes of people, and disks of Windows. */
const OF_ONE_MACHINE = /^(?:\/home\/[^/]+\/|\/Users\/[^/]+\/|\/mnt\/[a-z]\/|[A-Za-z]:\\)/

/** What programs in Python run into by themselves. */
export const PYTHON: readonly FailureRule[] = [
  {
    id: 'python-syntax',
    places: ['raised'],
    pattern: /^(?<type>SyntaxError|IndentationError|TabError): (?<fault>.{1,300})/,
    facts: where,
    sentence: 'Python cannot read the program: {fault}.',
    cause: 'It is written so at {where}; code for a newer Python than that of the environment looks the same.',
    fix: 'Correct that line, or raise python in the environment.',
  },
  {
    id: 'variable-missing',
    places: ['raised'],
    pattern: /^KeyError: '(?<name>[A-Za-z_]\w{0,100})'$/,
    facts: (found) => (isOfEnvironment(found) ? where(found) : undefined),
    sentence: 'The program needs the variable {name}, which is not set.',
    cause: 'It is read by {where}; a step sees only what it declares, not the variables of your shell.',
    fix: 'Add {name} to env of the step, or to its secrets where it is one.',
  },
  {
    id: 'program-missing',
    places: ['raised'],
    pattern: /^FileNotFoundError: \[Errno 2\] No such file or directory: '(?<name>[^']{1,300})'/,
    facts: (found) =>
      /(?:^|\/)subprocess\.py$/.test(found.raised?.frames.at(-1)?.file ?? '') ? where(found) : undefined,
    sentence: 'The program starts {name}, which is not there.',
    cause: 'It is started by {where}; what is installed on a laptop is not in the environment of the step.',
    fix: 'Add what brings {name} to the packages or the image of the environment.',
  },
  {
    id: 'input-not-declared',
    places: ['raised', 'printed'],
    pattern: NO_FILE,
    facts: (found) => {
      const name = pathIn(found, 'inputs')?.split('/')[0]
      return name === undefined ? undefined : { ...where(found), name }
    },
    sentence: 'The step has no input {name}, or not what is looked for in it.',
    cause: 'It is opened by {where}; below $MINISUB_INPUTS lies what the step declares, by those names.',
    fix: 'Add {name} to inputs of the step, or correct the name in the program.',
  },
  {
    id: 'laptop-path',
    places: ['raised', 'printed'],
    pattern: NO_FILE,
    facts: (found) => {
      const { path = '' } = found.groups
      return OF_ONE_MACHINE.test(path) && pathIn(found, '') === undefined ? where(found) : undefined
    },
    sentence: 'The program opens {path}, a path of one machine.',
    cause: 'It is not there where the step runs; it is opened by {where}.',
    fix: 'Name the file as an input of the step ({file: path} beside the pipeline), and open it at $MINISUB_INPUTS/NAME.',
  },
  {
    id: 'file-missing',
    places: ['raised'],
    pattern: /^FileNotFoundError: \[Errno 2\] No such file or directory: '(?<path>[^']{1,300})'/,
    facts: (found) => ({
      ...where(found),
      path: withinCode(found.groups['path'] ?? '', found.evidence.codeFolder),
    }),
    sentence: 'The program opens {path}, which is not there.',
    cause:
      'It is opened by {where}. A step works in a copy of the code; files of earlier steps come as inputs, and what .gitignore names is left out.',
    fix: 'Give it the file as an input, put it beside the pipeline, or make its folder first with os.makedirs.',
  },
  {
    id: 'not-json',
    places: ['raised'],
    pattern: /JSONDecodeError: (?<fault>.{1,200})/,
    facts: where,
    sentence: 'What the program reads as JSON is none.',
    cause: '{fault}; it is read by {where}. Often it is an empty file, or a page of an error in place of an answer.',
    fix: 'Look at what is read: print its beginning, and check the status of an answer first.',
  },
  {
    id: 'not-utf8',
    places: ['raised'],
    pattern: /^UnicodeDecodeError: '(?<codec>[\w-]{1,30})' codec can't decode/,
    facts: where,
    sentence: 'A file is not text in {codec}.',
    cause: 'It is read by {where}; it is in another encoding, such as latin-1, or it is compressed or binary.',
    fix: 'Name its encoding when it is opened, or open it as binary.',
  },
  {
    id: 'ascii-only',
    places: ['raised'],
    pattern: /^UnicodeEncodeError: '(?<codec>ascii|latin-1|charmap)' codec can't encode/,
    facts: where,
    sentence: 'The program writes letters that {codec} does not have.',
    cause: 'The image sets no language, so Python took the smallest set of letters; it is written by {where}.',
    fix: 'Set PYTHONUTF8: "1" in env of the step, or name the encoding when the file is opened.',
  },
  {
    id: 'pickle-damaged',
    places: ['raised'],
    pattern:
      /UnpicklingError|pickle data was truncated|EOFError: Ran out of input|PytorchStreamReader failed|invalid header or archive is corrupted/,
    facts: where,
    sentence: 'A saved object cannot be read.',
    cause: 'The file is cut off, or of another format; it is loaded by {where}.',
    fix: 'Make it anew, and see that it is closed before the step that writes it ends.',
  },
  {
    id: 'command-inside-failed',
    places: ['raised'],
    pattern:
      /CalledProcessError: Command (?<command>.{1,300}?) (?:returned non-zero exit status (?<status>\d{1,5})|died with <Signals\.(?<signal>\w{1,20}))/,
    facts: (found) => {
      const { status, signal = '' } = found.groups
      return { ...where(found), end: status === undefined ? signal : `exit code ${status}` }
    },
    sentence: 'A program that the step starts failed with {end}.',
    cause: 'It was called by {where}: {command}.',
    fix: 'Look at what that program wrote before this line in the log.',
  },
  {
    id: 'python-exception',
    places: ['raised'],
    pattern: /^(?<type>[A-Za-z_][\w.]{0,199})(?:: (?<message>.{0,1000}))?/,
    facts: (found) => {
      const { type = '', message = '' } = found.groups
      const source = ownFrame(found)?.source ?? ''
      const told = message === '' ? type : `${type}: ${message.replace(/\.$/, '')}`
      const ended = found.raised?.isLast === true ? 'ended' : 'likely ended'
      return { ...where(found), told, ended, code: source === '' ? '' : ` The line is: ${source}` }
    },
    sentence: 'The program {ended} with {told}.',
    cause: 'It was raised by {where}.{code}',
    fix: 'Correct it there; the log has the whole traceback.',
  },
]

/** A path below a folder of the attempt, from there on; undefined for others. */
function pathIn({ groups: { path = '' }, evidence: { codeFolder } }: Found, folder: string): string | undefined {
  if (codeFolder === null) return undefined
  const root = `${codeFolder.slice(0, codeFolder.lastIndexOf('/'))}/${folder === '' ? '' : `${folder}/`}`
  return path.startsWith(root) ? path.slice(root.length) : undefined
}

/** Whether a key was asked of `os.environ`. */
function isOfEnvironment({ raised }: Found): boolean {
  const last = raised?.frames.at(-1)
  if (last === undefined) return false
  return /(?:^|\/)os\.py$|^<frozen os>$/.test(last.file) || /\benviron\b/.test(last.source)
}
