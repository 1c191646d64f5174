import { isValueAt, lineAround, lineBefore, type Hit, type Source } from './source.ts'
import { pieceAt } from './tokenize.ts'

/** Not within a word, an address, behind a drive or in a longer path; `file://` and `sqlite:///` are before paths. */
const START = String.raw`(?:(?<![\w.\/~})\]*%#-]|(?<![\w./])[A-Za-z]:)|(?<=:\/{2,3}))`
const REST = String.raw`(?:[\w.@{}+,=*?%-]+\/?)+`
/** Folders of people, and where their disks are mounted. */
const OF_PEOPLE = new RegExp(String.raw`${START}\/(?:home|Users|mnt|Volumes|root|cygdrive)\/${REST}`, 'g')
/** Such a folder may also be the path of an address. */
const MAYBE = new RegExp(
  String.raw`${START}\/(?:data|datasets?|media|scratch|srv|nfs|gpfs|lustre|storage|workspace|content|kaggle|dbfs)\/${REST}`,
  'g',
)
const HOME = /(?<![\w./~})\]*%-])~\/(?!\.cache\b)[\w.][\w./{}@+-]*/g
const DRIVE = /(?<![\w./\\$])[A-Za-z]:(?:\\\\?|\/(?!\/))[A-Za-z_.{][^\n"'`<>|:*?;,]*/g
const TEMPORARY = new RegExp(String.raw`${START}\/tmp\/${REST}`, 'g')

/** What is done with files, or what a name of them is given to. */
const WITH_FILES =
  /\b(?:open|Path|read_?\w*|load\w*|to_\w+|save\w*|exists|listdir|glob|isfile|isdir|makedirs|mkdir|chdir|walk|imread|fread)\s*\(|(?:path|dir|file|folder|root|data|input|output)\w{0,40}["']?\s*[:=]|\b(?:cat|cp|mv|ls|cd|rsync)\s|<\s*\/|--[\w-]+[= ]\/|\bdefault\s*=/i
const OF_ADDRESS =
  /\.(?:get|post|put|delete|patch|route|add_api_route|use|mount)\s*\(|\b(?:fetch|axios)\s*\(|\b(?:url|uri|endpoint|route|href)\w*["']?\s*[:=]/i
/** Such as `h5["`: what a file or a table calls its parts. */
const OF_INDEX = /[\w\])]\[[rbuf]?["']$/i
const HAS_ENDING = /\.[A-Za-z]\w{0,7}$/
/** What a backslash and such a letter mean is no folder. */
const ESCAPE = /^[A-Za-z]:\\[abfnrtuvxN0]/
/** Classes of a regular expression, and what formulas are written with. */
const PATTERN = /^[A-Za-z]:\\(?:[dswbDSWB](?![\w])|(?:math[a-z]+|to|rightarrow|mapsto|frac|text[a-z]*)\b)/

/** Paths that only this machine has. */
export function hostPaths(source: Source): Hit[] {
  return [
    ...hits(source, OF_PEOPLE),
    ...hits(source, MAYBE).filter((hit) => isOfFiles(source, hit)),
    ...hits(source, HOME),
    ...hits(source, DRIVE).filter((hit) => isDrive(source, hit)),
  ]
}

/** Paths below `/tmp`, which are fine within one step. */
export function temporaryPaths(source: Source): Hit[] {
  return hits(source, TEMPORARY)
}

function hits(source: Source, pattern: RegExp): Hit[] {
  return [...source.text.matchAll(pattern)]
    .map(({ index: offset, 0: found }) => ({ offset, text: trimmed(found) }))
    .filter(({ offset }) => isValueAt(source, offset) && !isAppended(source, offset))
}

/** What is added to another text is no path from the root. */
function isAppended({ text, pieces, grammar }: Source, offset: number): boolean {
  if (!grammar.inStrings) return false
  const start = pieceAt(pieces, offset)?.start ?? offset
  return (
    offset - start <= 3 &&
    text
      .slice(Math.max(0, start - 40), start)
      .replace(/[rbfu]{1,2}$/i, '')
      .trimEnd()
      .endsWith('+')
  )
}

function isOfFiles(source: Source, { offset, text }: Hit): boolean {
  if (source.grammar.inStrings && OF_INDEX.test(lineBefore(source, offset))) return false
  const line = lineAround(source, offset)
  return !OF_ADDRESS.test(line) && (HAS_ENDING.test(text) || WITH_FILES.test(line))
}

function isDrive({ pieces }: Source, { offset, text }: Hit): boolean {
  if (text.length < 5 || PATTERN.test(text)) return false
  return !ESCAPE.test(text) || pieceAt(pieces, offset)?.isRaw === true
}

/** No path of a machine is longer. */
const LONGEST = 4_096

/** Without what belongs to the text around it; of a brace that was opened one stays. */
function trimmed(found: string): string {
  const text = found.slice(0, LONGEST)
  let end = text.length
  while (end > 0 && AFTER_PATHS.includes(text.charAt(end - 1))) end -= 1
  return text.charAt(end) === '}' && text.includes('{') ? text.slice(0, end + 1) : text.slice(0, end)
}

const AFTER_PATHS = '.,\\})\n\r\t '
