/** A line of two texts laid over each other; numbers count from 1, of the text that has the line. */
export type DiffLine =
  | { readonly kind: 'same'; readonly left: number; readonly right: number; readonly text: string }
  | { readonly kind: 'left'; readonly left: number; readonly text: string }
  | { readonly kind: 'right'; readonly right: number; readonly text: string }
/** Lines that are alike and not shown. */
export type Gap = { readonly kind: 'gap'; readonly lines: number; readonly at: number }

/** So many differing lines are laid over each other well; beyond, what lies between is told as replaced. */
const MOST = 2_000

/** The least that turns one text into another, line by line (Myers' algorithm). */
export function diffLines(left: string, right: string): DiffLine[] {
  const [a, b] = [linesOf(left), linesOf(right)]
  let begin = 0
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin += 1
  let end = 0
  while (end < a.length - begin && end < b.length - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const middle = editsOf(a.slice(begin, a.length - end), b.slice(begin, b.length - end))
  const marks = [...same(begin), ...middle, ...same(end)]
  return numbered(marks, a, b)
}

type Mark = DiffLine['kind']

const same = (count: number): Mark[] => Array.from({ length: count }, () => 'same')

function linesOf(text: string): string[] {
  if (text === '') return []
  const lines = text.split(/\r?\n/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function numbered(marks: readonly Mark[], a: readonly string[], b: readonly string[]): DiffLine[] {
  let [left, right] = [0, 0]
  return marks.map((kind): DiffLine => {
    if (kind !== 'right') left += 1
    if (kind !== 'left') right += 1
    if (kind === 'right') return { kind, right, text: b[right - 1] ?? '' }
    const text = a[left - 1] ?? ''
    return kind === 'left' ? { kind, left, text } : { kind, left, right, text }
  })
}

function editsOf(a: readonly string[], b: readonly string[]): Mark[] {
  const trace = traceOf(a, b)
  if (trace !== undefined) return walkBack(trace, a.length, b.length)
  return [...a.map((): Mark => 'left'), ...b.map((): Mark => 'right')]
}

/** How far each diagonal comes with so many edits; undefined where there are too many. */
function traceOf(a: readonly string[], b: readonly string[]): Int32Array[] | undefined {
  const most = Math.min(a.length + b.length, MOST)
  const reach = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(reach.slice(most + 1 - edits - 1, most + 1 + edits + 2))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = most + 1 + diagonal
      const isDown = diagonal === -edits || (diagonal !== edits && (reach[at - 1] ?? 0) < (reach[at + 1] ?? 0))
      let x = isDown ? (reach[at + 1] ?? 0) : (reach[at - 1] ?? 0) + 1
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1
      reach[at] = x
      if (x >= a.length && x - diagonal >= b.length) return trace
    }
  }
  return undefined
}

function walkBack(trace: readonly Int32Array[], lengthA: number, lengthB: number): Mark[] {
  const marks: Mark[] = []
  let [x, y] = [lengthA, lengthB]
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reach = trace[edits]
    const at = (diagonal: number) => reach?.[diagonal + edits + 1] ?? 0
    const diagonal = x - y
    const isDown = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1))
    const before = isDown ? diagonal + 1 : diagonal - 1
    const [fromX, fromY] = edits === 0 ? [0, 0] : [at(before), at(before) - before]
    while (x > fromX && y > fromY) {
      marks.push('same')
      x -= 1
      y -= 1
    }
    if (edits > 0) marks.push(isDown ? 'right' : 'left')
    ;[x, y] = [fromX, fromY]
  }
  return marks.toReversed()
}

/** The lines that differ with some around them; the others are told by how many they are. */
export function withGaps(lines: readonly DiffLine[], around: number): (DiffLine | Gap)[] {
  const near = new Uint8Array(lines.length)
  for (const [at, { kind }] of lines.entries()) {
    if (kind !== 'same') near.fill(1, Math.max(0, at - around), at + around + 1)
  }
  const shown: (DiffLine | Gap)[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]
    if (line === undefined) continue
    if (near[at] === 1) {
      shown.push(line)
      continue
    }
    const begin = at
    while (at + 1 < lines.length && near[at + 1] === 0) at += 1
    shown.push({ kind: 'gap', lines: at - begin + 1, at: begin })
  }
  return shown
}
