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
  /** The last lines that were printed come first. */
  readonly lines: Readonly<Record<Place, readonly EvidenceLine[]>>
}

export function sceneOf(evidence: Evidence): Scene {
  const hasRun = evidence.exitCode !== null && evidence.exitCode !== 0
  const log = hasRun ? evidence.log.slice(-MOST_LINES).map(plainLine) : []
  const raised = OUTSIDE.has(evidence.signal ?? '') ? undefined : findRaised(log)
  return {
    evidence,
    raised,
    lines: { told: toldBy(evidence, hasRun), raised: raised?.lines ?? [], printed: printedIn(log, raised) },
  }
}

function plainLine({ number, text }: EvidenceLine): EvidenceLine {
  const shown = text.slice(0, LINE_LIMIT).replace(/\r$/, '')
  return { number, text: shown.slice(shown.lastIndexOf('\r') + 1).replaceAll(COLOUR, '') }
}

/** After an exception only what follows it counts; where that only tells of another's end, what was before it too. */
function printedIn(log: readonly EvidenceLine[], raised: Raised | undefined): EvidenceLine[] {
  const rest =
    raised === undefined
      ? log
      : isWrapper(raised)
        ? [...log.slice(0, raised.start), ...log.slice(raised.end + 1)]
        : log.slice(raised.end + 1)
  const spoken = rest.slice(-MOST_LINES).filter(({ text }) => text.trim() !== '' && !ASIDE.test(text))
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
  return texts.flatMap((text) => (text === null ? [] : [{ number: null, text: text.slice(0, 4 * LINE_LIMIT) }]))
}
