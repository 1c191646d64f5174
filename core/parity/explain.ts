import { isProblem } from '#core/base/problem.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { ContentDifference, ParityFinding, ParityReport } from '#core/contract/parity.ts'
import { openContent } from './content/content.ts'
import { firstDifference } from './content/first-difference.ts'
import type { RawReport } from './compare-runs.ts'
import type { Bytes, Finding } from './findings.ts'

/** Where contents are read from. */
export type ContentReads = {
  /** Path of a file of this machine. Throws Problem `artifact_missing`. */
  readonly pathOf: (sha256: string) => string
  readonly has: (sha256: string) => boolean
  /** Takes a file to this machine. Throws a Problem where nobody has it. */
  readonly fetch: (sha256: string, signal?: AbortSignal) => Promise<void>
}

/** So many contents are looked into; of the others the hashes say that they differ. */
const MOST_EXPLAINED = 25
/** What is larger is not fetched from a bucket only to be looked into. */
const MOST_FETCHED = 256 * 1024 * 1024

/** The report with the first difference of contents, where they can be had. Throws the signal's reason. */
export async function explainReport(
  report: RawReport,
  reads: ContentReads,
  signal?: AbortSignal,
): Promise<ParityReport> {
  const findings: ParityFinding[] = []
  let left = MOST_EXPLAINED
  for (const finding of report.findings) {
    const isLookedInto = finding.contents !== undefined && left > 0
    if (isLookedInto) left -= 1
    findings.push(isLookedInto ? await explained(finding, reads, signal) : plain(finding))
  }
  return { ...report, findings }
}

async function explained(finding: Finding, reads: ContentReads, signal?: AbortSignal): Promise<ParityFinding> {
  const { contents } = finding
  if (contents === undefined) return plain(finding)
  try {
    const reason = await bringAll([contents.a, contents.b], reads, signal)
    if (reason !== undefined) return unexplained(finding, reason)
    const difference = await differenceOf(contents, reads, signal)
    if (difference === undefined) return plain(finding)
    return { ...plain(finding), words: `${finding.words}: ${difference.words}`, difference }
  } catch {
    signal?.throwIfAborted()
    // Hashes have decided the verdict: no content, and no fault of a reader, may take that away.
    return unexplained(finding, 'not looked into: reading failed')
  }
}

function unexplained(finding: Finding, reason: string): ParityFinding {
  return { ...plain(finding), words: `${finding.words} (${reason})` }
}

async function differenceOf(
  { a, b, name }: NonNullable<Finding['contents']>,
  { pathOf }: ContentReads,
  signal?: AbortSignal,
): Promise<ContentDifference | undefined> {
  await using left = await openContent(pathOf(a.sha256))
  await using right = await openContent(pathOf(b.sha256))
  // Awaited, since both are closed on the way out.
  return await firstDifference({ a: left, b: right }, name, signal)
}

/** Why one of them cannot be read; undefined where all are on this machine now. */
async function bringAll(
  all: readonly Bytes[],
  { has, fetch }: ContentReads,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const { sha256, size } of all) {
    if (has(sha256)) continue
    if (size > MOST_FETCHED)
      return `not looked into: ${formatBytes(size)} lie in a bucket, minisub pull brings them here`
    try {
      await fetch(sha256, signal)
    } catch (error) {
      if (!isProblem(error)) throw error
      return `not looked into: ${error.message}`
    }
  }
  return undefined
}

function plain({ contents: _contents, difference = null, ...finding }: Finding): ParityFinding {
  return { ...finding, difference }
}
