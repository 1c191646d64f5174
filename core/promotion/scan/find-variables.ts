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
/** What several are set with at once, and their names in it. */
const PYTHON_UPDATE = /\benviron(?:\.update\s*\(|\s*\|=\s*\{)/g
const PYTHON_KEYS = /["']([A-Za-z_]\w*)["']\s*:|\b([A-Za-z_]\w*)\s*=(?!=)/g
const NODE_READ = new RegExp(String.raw`\bprocess\.env(?:\.(${NAME})|(?:\?\.)?\[\s*["'](${NAME})["']\s*\])`, 'g')
const R_READ = new RegExp(String.raw`\bSys\.getenv\s*\(\s*${QUOTED}\s*(,?)|\bENV\[\s*${QUOTED}\s*\]`, 'g')
const SHELL_READ = /\$(?:([A-Z][A-Z0-9_]*)|\{([A-Z][A-Z0-9_]*)([^}]?)([^}]?))/g
const SHELL_SETS =
  /\$\{([A-Za-z_]\w*):?=|(?:^|[\s;&|(])(?:(?:export|local|readonly|declare|typeset|read|unset|mapfile|readarray)\s+(?:-\w+\s+(?:(?:"[^"\n]*"|'[^'\n]*'|\d+)\s+)?)*((?:[A-Za-z_]\w*\s*)+)|(?:for|select)\s+([A-Za-z_]\w*)\s+in\b|getopts\s+\S+\s+([A-Za-z_]\w*)|printf\s+-v\s+([A-Za-z_]\w*)|-[nv]\s+"?\$?\{?([A-Z][A-Z0-9_]*)|([A-Za-z_]\w*)\+?=)/gm

/** Another script, which may set anything; those that set up an environment of Python or a shell set what is theirs. */
const SHELL_SOURCES =
  /(?:^|[;&|({]|\b(?:then|do|else)\b)[ \t]*(?:source|\.)[ \t]+(?![^\n;&|]{0,300}(?:\bactivate\b|conda\.sh|bashrc|\bprofile\b|\/etc\/))["'$\w./~]/m

const NONE: Variables = { reads: [], sets: new Set() }

/** The variables of a text in the language that it is written in; none of what is no program. */
export function variablesOf(source: Source): Variables {
  switch (source.grammar.name) {
    case 'python':
      if (!/environ|getenv/.test(source.text)) return NONE
      return { reads: [...pythonReads(source)], sets: pythonSets(source) }
    case 'javascript':
      return { reads: nodeReads(source), sets: new Set() }
    case 'shell':
      return SHELL_SOURCES.test(source.text)
        ? NONE
        : { reads: shellReads(source), sets: namesIn(source.text, SHELL_SETS) }
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
    if (!isRunAt(source, offset) || /^\s*=(?!=)/.test(after) || /\bdel\s+$/.test(before(text, offset))) continue
    if (!/\bexcept\s*\(?[\w\s,.]*\b(?:KeyError|LookupError|Exception)\b|\bexcept\s*:/.test(after))
      yield { offset, text: name }
  }
  for (const { 0: all, 1: name = '', 2: comma, index: offset } of text.matchAll(PYTHON_CALL)) {
    const after = text.slice(offset + all.length, offset + all.length + 60)
    const hasDefault = comma === ',' && !/^\s*(?:default\s*=\s*)?None\s*\)/.test(after)
    if (!isRunAt(source, offset) || hasDefault || /^[^)]*\)\s*or\b/.test(after)) continue
    if (!isAsked(before(text, offset), after)) yield { offset, text: name }
  }
}

function pythonSets({ text }: Source): Set<string> {
  const updates = [...text.matchAll(PYTHON_UPDATE)].map(({ 0: all, index }) => insideOf(text, index + all.length))
  return new Set([...namesIn(text, PYTHON_SETS), ...namesIn(updates.join('\n'), PYTHON_KEYS)])
}

/** Of longer arguments no more is looked at. */
const MOST_INSIDE = 2_000

/** What stands before the bracket that closes one which was opened before. */
function insideOf(text: string, start: number): string {
  let [depth, at] = [1, start]
  for (; depth > 0 && at < Math.min(text.length, start + MOST_INSIDE); at += 1) {
    if ('([{'.includes(text.charAt(at))) depth += 1
    else if (')]}'.includes(text.charAt(at))) depth -= 1
  }
  return text.slice(start, at)
}

/** Whether Python runs what stands there: as code, or within the braces of an f-string. */
function isRunAt(source: Source, offset: number): boolean {
  const piece = pieceAt(source.pieces, offset)
  if (piece === undefined) return true
  return (
    piece.hasCode && /(?:^|[^{])(?:\{\{)*\{[^{}]*$/.test(source.text.slice(Math.max(piece.start, offset - 80), offset))
  )
}

/** Whether one only asks what it is, or if it is there: `if os.environ.get("CI"):`. */
function isAsked(start: string, after: string): boolean {
  if (/^\s*\)\s*(?:==|!=|(?:not\s+)?in\b|is\s+not\b)/.test(after)) return true
  return /\b(?:if|elif|and|bool\()\s*$/.test(start) && /^\s*\)\s*(?:\)|:|and\b|else\b)/.test(after)
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
function namesIn(text: string, pattern: RegExp): Set<string> {
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
