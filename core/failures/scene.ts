import type { Evidence, EvidenceLine } from './evidence.ts'
import { lastWords, type Words } from './last-words.ts'
import { findRaised, isWrapper, type Raised } from './raised.ts'
import type { Place } from './rule.ts'

/** What is looked at of a line: patterns stay quick whatever a program prints. */
const LINE_LIMIT = 1_000
const MOST_LINES = 5_000
/** Those end a program from outside, whatever it has printed before. */
const OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGINT'])
/** Events of the end of a pod: nothing comes after them. */
const OF_END = /^(?:Preempt|Evict|Taint|Node|DeletionBy|Terminat)/
// oxlint-disable-next-line no-control-regex -- that is what a colour begins with
const COLOUR = /\u001b\[[\d;:]{0,40}[A-Za-z]/g

/** By place; of what was printed those of stderr stand before those of stdout, the last line of each first. */
export type Lines = Readonly<Record<Place, readonly EvidenceLine[]>>

/** The evidence as rules look at it. */
export type Scene = {
  readonly evidence: Evidence
  readonly raised: Raised | undefined
  /** What was said last, or is so now. */
  readonly last: Lines
  /** What was said earlier, and may be over. */
  readonly earlier: Lines
}

export function sceneOf(evidence: Evidence): Scene {
  const hasRun = evidence.exitCode !== null && evidence.exitCode !== 0
  const isEndedOutside = OUTSIDE.has(evidence.signal ?? '')
  const log = hasRun && !isEndedOutside ? evidence.log.slice(-MOST_LINES).map(plainLine) : []
  // Who wrote to which stream first is not known to the line, so each is a log of its own.
  const [errors, outs] = [log.filter(isError), log.filter((line) => !isError(line))]
  const raised = findRaised(errors) ?? findRaised(outs)
  const printed = printedIn({ errors, outs }, raised)
  const told = toldBy(evidence, hasRun)
  const { lines = [], answered = [] } = raised ?? {}
  return {
    evidence,
    raised,
    last: { told: told.last, raised: lines, answered, printed: printed.last },
    earlier: { told: told.earlier, raised: [], answered: [], printed: printed.earlier },
  }
}

function isError({ stream }: EvidenceLine): boolean {
  return stream === 'stderr'
}

function plainLine({ text, ...line }: EvidenceLine): EvidenceLine {
  const shown = text.slice(0, LINE_LIMIT).replace(/\r$/, '')
  return { ...line, text: shown.slice(shown.lastIndexOf('\r') + 1).replaceAll(COLOUR, '') }
}

type Streams = { readonly errors: readonly EvidenceLine[]; readonly outs: readonly EvidenceLine[] }

/** After an exception only what follows it counts; where that only tells of another's end, what was before it too. */
function printedIn({ errors, outs }: Streams, raised: Raised | undefined): Words {
  if (raised === undefined) return joined(lastWords(errors), lastWords(outs))
  const own = raised.lines.some(isError) ? errors : outs
  const after = lastWords(own.slice(raised.end + 1))
  return isWrapper(raised) ? joined(after, lastWords(own.slice(0, raised.start))) : after
}

function joined(one: Words, other: Words): Words {
  return { last: [...one.last, ...other.last], earlier: [...one.earlier, ...other.earlier] }
}

/** What the cluster said before a command began says nothing of how the command ended. */
function toldBy({ reason, waiting, pod }: Evidence, hasRun: boolean): Words {
  if (hasRun || pod === null) return { last: toldLines([reason, hasRun ? null : waiting]), earlier: [] }
  // A pod that has a node has found room since.
  const events = pod.events.filter((event) => {
    return event.type !== 'Normal' && (pod.node === null || event.reason !== 'FailedScheduling')
  })
  const texts = (isEnd: boolean) =>
    events
      .filter((event) => OF_END.test(event.reason) === isEnd)
      .toReversed()
      .map((event) => `${event.reason}: ${event.message}`)
  const containers = pod.containers.map((container) => container.reason)
  return { last: toldLines([reason, waiting, ...texts(true)]), earlier: toldLines([...containers, ...texts(false)]) }
}

function toldLines(texts: readonly (string | null)[]): EvidenceLine[] {
  return texts.flatMap((text) =>
    text === null ? [] : [{ number: null, stream: 'stderr', text: text.slice(0, 4 * LINE_LIMIT) }],
  )
}
