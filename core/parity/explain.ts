import { isProblem } from '#core/base/problem.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { ContentDifference, ParityFinding, ParityReport } from '#core/contract/parity.ts'
import { openBudget, Spent, type Budget, type Limits } from './budget.ts'
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

type Options = { readonly signal?: AbortSignal | undefined; readonly limits?: Partial<Limits> }

/** So many contents are looked into; of the others the hashes say that they differ. */
const MOST_EXPLAINED = 25

/**
 * The report with the first difference of contents, where they can be had within the limits. Never fails for a content:
 * hashes have decided the verdict. Throws the signal's reason.
 */
export async function explainReport(
  report: RawReport,
  reads: ContentReads,
  { signal, limits }: Options = {},
): Promise<ParityReport> {
  const findings: ParityFinding[] = []
  const budget = openBudget(signal, limits)
  let left = MOST_EXPLAINED
  for (const finding of report.findings) {
    const isLookedInto = finding.contents !== undefined && left > 0
    if (isLookedInto) left -= 1
    findings.push(isLookedInto ? await explained(finding, reads, budget) : plain(finding))
    signal?.throwIfAborted()
  }
  return { ...report, findings }
}

async function explained(finding: Finding, reads: ContentReads, budget: Budget): Promise<ParityFinding> {
  const { contents } = finding
  if (contents === undefined) return plain(finding)
  try {
    budget.check()
    await bringAll([contents.a, contents.b], reads, budget)
    const difference = await differenceOf(contents, reads, budget)
    if (difference === undefined) return plain(finding)
    return { ...plain(finding), words: `${finding.words}: ${difference.words}`, difference }
  } catch (error) {
    return { ...plain(finding), words: `${finding.words} (not looked into: ${reasonOf(error, budget)})` }
  }
}

/** A fault of which nobody thought is not told in its words: they are for nobody who is handed a certificate. */
function reasonOf(error: unknown, { signal }: Budget): string {
  if (isProblem(error) || error instanceof Spent) return error.message
  return signal.aborted ? 'the time for it is over' : 'reading failed'
}

async function differenceOf(
  { a, b, name }: NonNullable<Finding['contents']>,
  { pathOf }: ContentReads,
  budget: Budget,
): Promise<ContentDifference | undefined> {
  await using left = await openContent(pathOf(a.sha256))
  await using right = await openContent(pathOf(b.sha256))
  // Awaited, since both are closed on the way out.
  return await firstDifference({ a: budget.metered(left), b: budget.metered(right) }, name, budget.signal)
}

/** Sees to it that all are on this machine. Throws Spent where that is too much, and what fetching throws. */
async function bringAll(all: readonly Bytes[], { has, fetch }: ContentReads, budget: Budget): Promise<void> {
  for (const { sha256, size } of all) {
    if (has(sha256)) continue
    if (!budget.fetches(size)) {
      throw new Spent(`${formatBytes(size)} lie in a bucket, minisub pull brings them here`)
    }
    await fetch(sha256, budget.signal)
  }
}

function plain({ contents: _contents, difference = null, ...finding }: Finding): ParityFinding {
  return { ...finding, difference }
}
