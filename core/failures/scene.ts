import type { Evidence, EvidenceLine } from './evidence.ts'
import { findRaised, isWrapper, type Raised } from './raised.ts'
import type { Place } from './rule.ts'

/** What is looked at of a line: patterns stay quick whatever a program prints. */
const LINE_LIMIT = 1_000
const MOST_LINES = 5_000
/** A program tells why it ends in its last lines; what it said before it went on from. */
const PRINTED_LINES = 30
/** Those end a program from outside, whatever it has printed before. */
const OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGINT'])
/** Warnings, and what TensorFlow and glog tell of what they go on without. */
const ASIDE =
  /^(?:\S{1,40} ){0,4}\W{0,3}(?:WARNING|WARN|INFO|DEBUG|NOTICE|warning|warn)\b|Warning: |^[\d-]{10} [\d:.]{8,20}: [IWE] |^[IW]\d{4} /
// oxlint-disable-next-line no-control-regex -- that is what a colour begins with
const COLOUR = /\u001b\[[\d;:]{0,40}[A-Za-z]/g

/** The evidence as rules look at it. */
export type Scene = {
  readonly evidence: Evidence
  readonly raised: Raised | undefined
  /** Of what was printed the last lines come first, those of stderr before those of stdout. */
  readonly lines: Readonly<Record<Place, readonly EvidenceLine[]>>
}

export function sceneOf(evidence: Evidence): Scene {
  const hasRun = evidence.exitCode !== null && evidence.exitCode !== 0
  const log = hasRun ? evidence.log.slice(-MOST_LINES).map(plainLine) : []
  // Who wrote to which stream first is not known to the line, so each is a log of its own.
  const [errors, outs] = [log.filter(isError), log.filter((line) => !isError(line))]
  const isEndedOutside = OUTSIDE.has(evidence.signal ?? '')
  const raised = isEndedOutside ? undefined : (findRaised(errors) ?? findRaised(outs))
  const printed = printedIn({ errors, outs }, raised)
  return { evidence, raised, lines: { told: toldBy(evidence, hasRun), raised: raised?.lines ?? [], printed } }
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
function printedIn({ errors, outs }: Streams, raised: Raised | undefined): EvidenceLine[] {
  if (raised === undefined) return [...lastWords(errors), ...lastWords(outs)]
  const own = raised.lines.some(isError) ? errors : outs
  const after = own.slice(raised.end + 1)
  return lastWords(isWrapper(raised) ? [...own.slice(0, raised.start), ...after] : after)
}

function lastWords(lines: readonly EvidenceLine[]): EvidenceLine[] {
  const spoken = lines.filter(({ text }) => text.trim() !== '' && !ASIDE.test(text))
  return spoken.slice(-PRINTED_LINES).toReversed()
}

/** What the cluster said before a command began says nothing of how the command ended. */
function toldBy({ reason, waiting, pod }: Evidence, hasRun: boolean): EvidenceLine[] {
  const events = pod?.events.filter(({ type }) => type !== 'Normal').toReversed() ?? []
  const seen = [
    waiting,
    ...(pod?.containers.map((container) => container.reason) ?? []),
    ...events.map((event) => `${event.reason}: ${event.message}`),
  ]
  const texts = [reason, ...(hasRun ? [] : seen)]
  return texts.flatMap((text) =>
    text === null ? [] : [{ number: null, stream: 'stderr', text: text.slice(0, 4 * LINE_LIMIT) }],
  )
}
