import type { ParityCertificate, ParityFinding, ParityVerdict } from '#core/contract/parity.ts'
import { stepRunName } from './plain-lines.ts'
import { columns, cutText, plainText } from './text.ts'

const VERDICTS: Readonly<Record<ParityVerdict, string>> = {
  same: 'same',
  same_results: 'same results',
  different: 'different',
}
/** Findings that people are shown, what differs first; with --json there are all. */
const MOST_SHOWN = 40
const WIDEST = 60

/** A comparison for people: the verdict, a line an aspect, and what is not the same. */
export function certificateText({ a, b, report, workbench }: ParityCertificate): string {
  const head = [
    ['', 'A', 'B'],
    ['run', a.run, b.run],
    ['target', a.target, b.target],
    ['status', a.status, b.status],
  ]
  const aspects = report.aspects.map(({ aspect, level, words }) => [LEVELS[level], aspect, words])
  const ordered = report.findings.toSorted((one, other) => rank(one) - rank(other))
  const shown = ordered.slice(0, MOST_SHOWN).map((finding) => findingLine(finding))
  const more = report.findings.length - shown.length + report.leftOut
  return [
    `${VERDICTS[report.verdict]}: ${report.words}\n\n`,
    columns(head),
    '\n',
    columns(aspects),
    ...(shown.length === 0 ? [] : ['\n', ...shown]),
    ...(more === 0 ? [] : [`… and ${more} more: minisub verify --json\n`]),
    `\nsigned by the key ${workbench.keyId}\n`,
  ].join('')
}

function rank({ level }: ParityFinding): number {
  return level === 'different' ? 0 : 1
}

const LEVELS = { same: 'same', note: 'note', different: 'DIFFERS' } as const

function findingLine({ level, aspect, step, item, words, a, b }: ParityFinding): string {
  const where = step === null ? '' : `${stepRunName(step, item)}: `
  const sides = a === null && b === null ? '' : ` [A: ${side(a)} | B: ${side(b)}]`
  return `${level === 'different' ? 'DIFFERS' : 'note'}  ${aspect}: ${where}${plainText(words)}${sides}\n`
}

function side(text: string | null): string {
  if (text === null) return '-'
  const plain = plainText(text)
  return /^[0-9a-f]{64}/.test(plain) ? plain.slice(0, 12) : cutText(plain, WIDEST)
}

/** What a certificate says, for people who have only that. */
export function summaryOfCertificate({ a, b, report, createdAt }: ParityCertificate): string {
  const rows = [a, b].map(({ run, pipeline, target, status }, i) => [
    i === 0 ? 'A' : 'B',
    pipeline,
    run,
    target,
    status,
  ])
  return `${VERDICTS[report.verdict]}: ${plainText(report.words)}\nmade ${createdAt}\n${columns(rows.map((row) => row.map(plainText)))}`
}
