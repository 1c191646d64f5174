import type { EvidenceLine } from './evidence.ts'

/** A program tells why it ends in its last lines; what it said before it went on from. */
const PRINTED_LINES = 30
/** Warnings, and what TensorFlow, glog and ONNX Runtime tell of what they go on without. */
const ASIDE =
  /^(?:\S{1,40} ){0,4}\W{0,3}(?:WARNING|WARN|INFO|DEBUG|NOTICE|warning|warn)\b|Warning: |^[\d-]{10} [\d:.]{8,20}: [IWE] |^[IW]\d{4} |^.{0,60}\[[EWI]:onnxruntime/
/** Says no more than that something ended, or belongs to what stands above: places of a stack, hints. */
const SEQUEL =
  /^\s|^\W*$|^-{3,}|^(?:Aborted|Killed|Terminated|Segmentation fault|Bus error|Execution halted|exit status|Exiting|goroutine|main\.|Node\.js v|note: |hint: |\[notice\])|^[^:]{1,80}: line \d{1,6}: +\d{1,9} (?:Aborted|Killed|Terminated|Segmentation|Bus)|^make(?:\[\d{1,3}\])?: \*\*\*|^npm (?:ERR!|error)|^error: (?:script|command|recipe|process) /i
/** Programs raise those about their own data, as in a report of tests: what it quotes may be anything. */
const QUOTED = /\b(?:Assertion|Value|Key|Index|Type|Attribute|Name)Error: /
const SPEAKER = /^([^:\s][^:]{0,80}): /

/** Lines of one stream, the last first: those that it ended with, and those after which it said something else. */
export type Words = { readonly last: readonly EvidenceLine[]; readonly earlier: readonly EvidenceLine[] }

/**
 * The last lines of a stream, without warnings and errors about data. After one of its last words comes only what goes on
 * from it.
 */
export function lastWords(lines: readonly EvidenceLine[]): Words {
  const spoken = lines.filter(({ text }) => text.trim() !== '' && !ASIDE.test(text))
  const words = spoken.slice(-PRINTED_LINES).toReversed()
  const isLast = ({ text }: EvidenceLine, at: number) => words.slice(0, at).every((after) => goesOn(after.text, text))
  const last = new Set(words.filter(isLast))
  const told = words.filter(({ text }) => !QUOTED.test(text))
  return { last: told.filter((line) => last.has(line)), earlier: told.filter((line) => !last.has(line)) }
}

function goesOn(after: string, text: string): boolean {
  const speaker = SPEAKER.exec(text)?.[1]
  return SEQUEL.test(after) || (speaker !== undefined && SPEAKER.exec(after)?.[1] === speaker)
}
