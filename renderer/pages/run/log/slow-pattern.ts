/** More repetitions of what may be anything than this take for ever on a long line. */
const WIDE_LIMIT = 3
/** A group of bounded length may be repeated so often. */
const FEW = 10
/** Steps of matching that take about a second. */
const STEPS = 1e9

/** In how many ways a piece can match: in one, in a few, in ever more the longer the line is. */
type Ways = 0 | 1 | 2

/**
 * Why a regular expression may take for ever to search for, and with it hang the page: a repeated group that has a
 * repetition or a choice inside, or many repetitions of what may be anything. Undefined for all others.
 */
export function slowness(source: string): string | undefined {
  const groups: { ways: Ways }[] = [{ ways: 0 }]
  let wide = 0
  for (const { atom, most, ways } of piecesOf(source)) {
    const inner: Ways = atom === ')' && groups.length > 1 ? (groups.pop()?.ways ?? 0) : 0
    const outer = groups.at(-1) ?? { ways: 0 }
    if (most > 1 && (inner === 2 || (inner === 1 && most > FEW)))
      return 'A repeated group with a repetition or a choice inside may take for ever: leave one of them out'
    outer.ways = larger(outer.ways, larger(inner, atom === '|' ? 1 : ways))
    if (isWide(atom, ways) && (wide += 1) > WIDE_LIMIT)
      return `More than ${WIDE_LIMIT} repetitions of what may be anything may take for ever: leave some of them out`
    if (atom === '(') groups.push({ ways: 0 })
  }
  return undefined
}

/** How many characters a line may have so that it is searched in about a second at most, whatever is in it. */
export function reachOf(source: string): number {
  const wide = [...piecesOf(source)].filter(({ atom, ways }) => isWide(atom, ways)).length
  // Each place of each such repetition may be tried with each of the others, and from each beginning.
  return wide < 2 ? Number.POSITIVE_INFINITY : Math.floor(STEPS ** (1 / (wide + 1)))
}

/** Whether it is repeated without end and may be nearly anything. */
function isWide(atom: string, ways: Ways): boolean {
  return ways === 2 && /^(?:\.|\[\^|\\[DSW])/.test(atom)
}

function* piecesOf(source: string): Generator<{ readonly atom: string } & Repeat> {
  for (let at = 0; at < source.length;) {
    const atom = atomAt(source, at)
    const repeat = repeatAt(source, atom, at + atom.length)
    at += atom.length + repeat.text.length
    yield { atom, ...repeat }
  }
}

function larger(a: Ways, b: Ways): Ways {
  return a > b ? a : b
}

/** A class or an escape is one piece. */
function atomAt(source: string, at: number): string {
  return /^(?:\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S])/.exec(source.slice(at))?.[0] ?? ''
}

type Repeat = { readonly text: string; readonly most: number; readonly ways: Ways }

/** How often a piece is repeated. */
function repeatAt(source: string, atom: string, at: number): Repeat {
  const found = atom === '(' ? null : /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at))
  if (found === null) return { text: '', most: 1, ways: 0 }
  const [text, least, comma, limit] = found
  if (text.startsWith('?')) return { text, most: 1, ways: 1 }
  if (least === undefined || (comma === ',' && limit === '')) return { text, most: Number.POSITIVE_INFINITY, ways: 2 }
  return { text, most: Number(limit === '' ? least : limit), ways: comma === ',' ? 1 : 0 }
}
