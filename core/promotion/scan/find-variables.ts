import { isCodeAt, lineAround, type Hit, type Source } from './source.ts'
import { pieceAt } from './tokenize.ts'

/** Variables of the environment that a text reads without a default, and those that it sets itself. */
export type Variables = { readonly reads: readonly Hit[]; readonly sets: ReadonlySet<string> }

const NAME = String.raw`[A-Za-z_]\w*`
const QUOTED = String.raw`[rbu]?["'](${NAME})["']`
const PYTHON_INDEX = new RegExp(String.raw`(?<![\w.])(?:os\.)?environ\s*\[\s*${QUOTED}\s*\]`, 'g')
const PYTHON_CALL = new RegExp(
  String.raw`(?<![\w.])(?:(?:os\.)?getenv|(?:os\.)?environ\.get)\s*\(\s*${QUOTED}\s*(,?)`,
  'g',
)
const PYTHON_SETS = new RegExp(
  String.raw`environ\s*\[\s*${QUOTED}\s*\]\s*=(?!=)|(?:setdefault|putenv|setenv)\s*\(\s*${QUOTED}|${QUOTED}\s*(?:not\s+)?in\s+(?:os\.)?environ\b`,
  'g',
)
const NODE_READ = new RegExp(String.raw`\bprocess\.env(?:\.(${NAME})|(?:\?\.)?\[\s*["'](${NAME})["']\s*\])`, 'g')
const R_READ = new RegExp(String.raw`\bSys\.getenv\s*\(\s*${QUOTED}\s*(,?)|\bENV\[\s*${QUOTED}\s*\]`, 'g')
const SHELL_READ = /\$(?:([A-Z][A-Z0-9_]*)|\{([A-Z][A-Z0-9_]*)([^}]?)([^}]?))/g
const SHELL_SETS =
  /(?:^|[\s;&|(])(?:(?:export|local|readonly|declare|typeset|read|unset|mapfile|readarray)\s+(?:-\w+\s+)*((?:[A-Za-z_]\w*\s*)+)|for\s+([A-Za-z_]\w*)\s+in\b|getopts\s+\S+\s+([A-Za-z_]\w*)|printf\s+-v\s+([A-Za-z_]\w*)|-[nv]\s+"?\$?\{?([A-Z][A-Z0-9_]*)|([A-Za-z_]\w*)\+?=)/gm

const NONE: Variables = { reads: [], sets: new Set() }

/** The variables of a text in the language that it is written in; none of what is no program. */
export function variablesOf(source: Source): Variables {
  switch (source.grammar.name) {
    case 'python':
      if (!/environ|getenv/.test(source.text)) return NONE
      return { reads: [...pythonReads(source)], sets: namesIn(source, PYTHON_SETS) }
    case 'javascript':
      return { reads: nodeReads(source), sets: new Set() }
    case 'shell':
      return { reads: shellReads(source), sets: namesIn(source, SHELL_SETS) }
    case 'hash':
      return { reads: otherReads(source), sets: new Set() }
    case 'config':
    case 'json':
      return { reads: [], sets: new Set() }
  }
}

function* pythonReads(source: Source): Generator<Hit> {
  const { text } = source
  for (const { 0: all, 1: name = '', index: offset } of text.matchAll(PYTHON_INDEX)) {
    const after = text.slice(offset + all.length, offset + all.length + 300)
    if (!isCodeAt(source, offset) || /^\s*=(?!=)/.test(after) || /\bdel\s+$/.test(before(text, offset))) continue
    if (!/\bexcept\s*\(?[\w\s,.]*\b(?:KeyError|LookupError|Exception)\b|\bexcept\s*:/.test(after))
      yield { offset, text: name }
  }
  for (const { 0: all, 1: name = '', 2: comma, index: offset } of text.matchAll(PYTHON_CALL)) {
    const after = text.slice(offset + all.length, offset + all.length + 60)
    const hasDefault = comma === ',' && !/^\s*(?:default\s*=\s*)?None\s*\)/.test(after)
    if (!isCodeAt(source, offset) || hasDefault || /^[^)]*\)\s*or\b/.test(after)) continue
    if (!isAsked(before(text, offset), after)) yield { offset, text: name }
  }
}

/** Whether one only asks if it is there: `if os.environ.get("CI"):`. */
function isAsked(start: string, after: string): boolean {
  return /\b(?:if|elif|and|bool\()\s*$/.test(start) && /^\s*\)\s*(?:\)|:|and\b|else\b|==|!=|in\b)/.test(after)
}

function nodeReads(source: Source): Hit[] {
  const { text } = source
  return [...text.matchAll(NODE_READ)].flatMap(({ 0: all, 1: plain, 2: quoted, index: offset }) => {
    const after = text.slice(offset + all.length, offset + all.length + 20)
    const isSet = /^\s*(?:=(?!=)|\?\?|\|\||[!=]==?)/.test(after)
    const start = before(text, offset)
    const isIf = /\bif\s*\(\s*!?$|\?\s*$/.test(start) || /^\s*\?(?!\.)/.test(after)
    const name = plain ?? quoted ?? ''
    // A template may hold code within a string.
    const isRun = isCodeAt(source, offset) || /\$\{[^}]*$/.test(start)
    return isSet || isIf || !isRun ? [] : [{ offset, text: name }]
  })
}

function shellReads(source: Source): Hit[] {
  const { text, pieces } = source
  return [...text.matchAll(SHELL_READ)].flatMap(
    ({ 1: plain, 2: braced, 3: first = '', 4: second = '', index: offset }) => {
      const isQuoted = pieceAt(pieces, offset)?.isRaw === true
      const isEscaped = /(?:^|[^\\])(?:\\\\)*\\$/.test(before(text, offset)) || before(text, offset).endsWith('$')
      const hasDefault = '-=+'.includes(first || ' ') || (first === ':' && '-=+'.includes(second || ' '))
      if (isQuoted || isEscaped || hasDefault) return []
      return [{ offset, text: plain ?? braced ?? '' }]
    },
  )
}

function otherReads(source: Source): Hit[] {
  return [...source.text.matchAll(R_READ)].flatMap(({ 1: r, 2: comma, 3: julia, index: offset }) => {
    const name = r ?? julia
    return name === undefined || comma === ',' || !isCodeAt(source, offset) ? [] : [{ offset, text: name }]
  })
}

function before(text: string, offset: number): string {
  return text.slice(Math.max(0, offset - 40), offset)
}

/** All names that the groups of a pattern found, several in one group apart. */
function namesIn({ text }: Source, pattern: RegExp): Set<string> {
  const groups = [...text.matchAll(pattern)].flatMap(([, ...found]) => found)
  const names = groups.flatMap((group: string | undefined) => (group ?? '').split(/\s+/))
  return new Set(names.filter((name) => /^[A-Za-z_]\w*$/.test(name)))
}

/** Whether what stands in a line is the default of a variable that is given, and so is never used. */
export function isDefaultOf(source: Source, offset: number, isGiven: (name: string) => boolean): boolean {
  const line = lineAround(source, offset)
  const names = [...line.matchAll(DEFAULTED)].flatMap(([, a, b, c]) => [a, b, c].filter((it) => it !== undefined))
  return names.some(isGiven)
}

const DEFAULTED =
  /(?:getenv|environ\.get|setdefault)\s*\(\s*["'](\w+)["']\s*,|process\.env\.(\w+)\s*(?:\?\?|\|\|)|\$\{(\w+):?[-=]/g
