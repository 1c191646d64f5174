import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConformanceReport } from '#core/contract/conformance.ts'
import { countsOf } from './counts.ts'
import type { KnownKeys } from './run-suite.ts'

const ENDING = '.json'

/** The latest report of each target in a folder, by target; files that no version like this wrote are passed over. */
export function readReports(folder: string): ConformanceReport[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((name) => name.endsWith(ENDING))
  return files.toSorted().flatMap((name) => {
    const read = ConformanceReport.safeParse(parsed(readFileSync(join(folder, name), 'utf8')))
    return read.success ? [read.data] : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Then it is no report, as a schema also may say.
    return undefined
  }
}

/** Keeps a report as the latest of its target. The file is whole at any time. */
export function keepReport(folder: string, report: ConformanceReport): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${report.target}${ENDING}`)
  writeFileSync(`${file}.new`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** A report of some cases laid over an earlier one of the same version, whose other cases still hold. */
export function mergeReports(
  earlier: ConformanceReport | undefined,
  later: ConformanceReport,
  order: readonly string[],
): ConformanceReport {
  if (earlier?.version !== later.version) return later
  const again = new Set(later.cases.map(({ name }) => name))
  const all = [...later.cases, ...earlier.cases.filter(({ name }) => !again.has(name))]
  const cases = order.flatMap((name) => all.filter((it) => it.name === name))
  return { ...later, ...countsOf(cases), cases }
}

/** The step keys of each case as it passed on another target of the same version. */
export function knownKeys(
  reports: readonly ConformanceReport[],
  { target, version }: Pick<ConformanceReport, 'target' | 'version'>,
): Map<string, KnownKeys> {
  const others = reports.filter((it) => it.target !== target && it.version === version)
  return new Map(
    others.flatMap((report) =>
      report.cases.flatMap(({ name, status, keys }) =>
        status === 'passed' && keys !== null ? [[name, { target: report.target, keys }] as const] : [],
      ),
    ),
  )
}
