import { compareText } from '#core/files/index.ts'
import { PARITY_ASPECTS, type ParityAspect, type ParityFinding, type ParityLevel } from '#core/contract/parity.ts'

/** Bytes that are looked into for the first difference. */
export type Bytes = { readonly sha256: string; readonly size: number }

/** Something that differs, with the contents that it is about where there are some. */
export type Finding = Omit<ParityFinding, 'difference'> & {
  readonly difference?: ParityFinding['difference']
  /** Both sides, and a name that may tell what they are. */
  readonly contents?: { readonly a: Bytes; readonly b: Bytes; readonly name: string }
}

/** What is said of one thing where the rest does not apply. */
export type Found = Pick<Finding, 'aspect' | 'words'> & Partial<Finding>

/** How many things were compared in an aspect, and how many of these differ. */
export type Count = { compared: number; different: number; noted: number }

/** So many findings are kept, and so many of one aspect of a step; the others are counted. */
const MOST_KEPT = 1_000
const MOST_ALIKE = 50

/** Gathers what two runs differ in. */
export type Findings = {
  readonly kept: readonly Finding[]
  readonly counts: ReadonlyMap<ParityAspect, Count>
  /** Steps with the worst that was found of each. */
  readonly levels: ReadonlyMap<string, ParityLevel>
  leftOut(): number
  /** So many things were compared, whatever came of it. */
  compared(aspect: ParityAspect, count?: number): void
  different(found: Found): void
  note(found: Found): void
}

/** Opens an empty collection. */
export function openFindings(): Findings {
  const { kept, keep } = openKept()
  const counts = new Map(PARITY_ASPECTS.map((aspect) => [aspect, { compared: 0, different: 0, noted: 0 }]))
  const levels = new Map<string, ParityLevel>()
  let total = 0
  const countOf = (aspect: ParityAspect): Count => counts.get(aspect) ?? { compared: 0, different: 0, noted: 0 }
  const add = (found: Found, level: 'note' | 'different'): void => {
    const finding = wellFormed({ step: null, item: null, name: null, a: null, b: null, ...found, level })
    countOf(finding.aspect)[level === 'note' ? 'noted' : 'different'] += 1
    if (finding.step !== null && levels.get(finding.step) !== 'different') levels.set(finding.step, level)
    total += 1
    keep(finding)
  }
  return {
    kept,
    counts,
    levels,
    leftOut: () => total - kept.length,
    compared: (aspect, count = 1) => void (countOf(aspect).compared += count),
    different: (found) => add(found, 'different'),
    note: (found) => add(found, 'note'),
  }
}

/** Texts of others may end in half a character, which no certificate can hold. */
function wellFormed(finding: Finding): Finding {
  const { a, b, words } = finding
  return { ...finding, a: a?.toWellFormed() ?? null, b: b?.toWellFormed() ?? null, words: words.toWellFormed() }
}

type Kept = { readonly kept: readonly Finding[]; readonly keep: (finding: Finding) => void }

/** Findings in the order in which they came. Where there is no room, what differs takes that of the latest note. */
function openKept(): Kept {
  const kept: Finding[] = []
  const alike = new Map<string, Room>()
  const all: Room = { kept: 0, notes: 0 }
  const roomsOf = (finding: Finding): Room[] => {
    const key = `${finding.aspect} ${finding.step ?? ''}`
    const room = alike.get(key) ?? { kept: 0, notes: 0 }
    alike.set(key, room)
    return [room, all]
  }
  const count = (finding: Finding, by: 1 | -1): void => {
    for (const room of roomsOf(finding)) {
      room.kept += by
      if (finding.level === 'note') room.notes += by
    }
  }
  const keep = (finding: Finding): void => {
    const [room = all] = roomsOf(finding)
    const full = room.kept >= MOST_ALIKE ? room : kept.length >= MOST_KEPT ? all : undefined
    if (full !== undefined) {
      if (finding.level === 'note' || full.notes === 0) return
      const at = kept.findLastIndex((it) => it.level === 'note' && roomsOf(it).includes(full))
      for (const it of kept.splice(at, 1)) count(it, -1)
    }
    count(finding, 1)
    kept.push(finding)
  }
  return { kept, keep }
}

type Room = { kept: number; notes: number }

/** The level of an aspect by its count. */
export function levelOf({ different, noted }: Count): ParityLevel {
  if (different > 0) return 'different'
  return noted > 0 ? 'note' : 'same'
}

/** Names of two maps, each once, in their order by code units. */
export function namesOf(a: Iterable<string>, b: Iterable<string>): string[] {
  return [...new Set([...a, ...b])].toSorted(compareText)
}

/** `1 step run`, `2 step runs`. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`
}
