import { ActionIcon, Stack } from '@mantine/core'
import { X } from 'lucide-react'
import { useMemo } from 'react'
import type { ComparisonView } from '#core/contract/tracking-compare.ts'
import { RunLink } from '../run-link.tsx'
import type { CompareSearch } from '../search.ts'
import { TrackedStatus } from '../tracked-status.tsx'
import { tookOf } from '../values.ts'
import { durationText, Time } from '#renderer/ui/time.tsx'
import { CodeDiff } from './code-diff.tsx'
import type { ChangeCompare } from './change.ts'
import classes from './compare.module.css'
import { Line, None } from './difference-line.tsx'
import { emptyWords, sectionsOf, shownRows, type SectionOf } from './sections.ts'

type DifferencesProps = {
  readonly comparison: ComparisonView
  readonly search: CompareSearch
  readonly change: ChangeCompare
}

/** The runs side by side: a column each, a line for each thing in which they may differ. */
export function Differences({ comparison, search, change }: DifferencesProps) {
  const { runs } = comparison
  const sections = useMemo(() => sectionsOf(comparison), [comparison])
  const isOnly = search.only !== false && runs.length > 1
  return (
    <Stack gap="sm">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={classes.scroller} role="region" aria-label="Differences" tabIndex={0}>
        <table className={classes.table} aria-label="Runs side by side">
          <Head comparison={comparison} change={change} />
          {sections.map((section) => (
            <SectionBody key={section.id} section={section} isOnly={isOnly} count={runs.length} change={change} />
          ))}
        </table>
      </div>
      <CodeDiff comparison={comparison} search={search} change={change} />
    </Stack>
  )
}

function Head({ comparison: { runs }, change }: Omit<DifferencesProps, 'search'>) {
  const without = (run: string) =>
    change({ runs: runs.flatMap(({ id }) => (id === run ? [] : id)).join(','), file: undefined, pair: undefined })
  return (
    <thead>
      <tr>
        <th scope="col" className={classes.key}>
          Run
        </th>
        {runs.map((run) => (
          <th key={run.id} scope="col">
            <div className={classes.run}>
              <RunLink run={run} className={classes.link} />
              {runs.length > 1 && (
                <ActionIcon
                  size="xs"
                  variant="subtle"
                  color="gray"
                  aria-label={`Leave ${run.name} out`}
                  onClick={() => without(run.id)}
                >
                  <X size={13} aria-hidden />
                </ActionIcon>
              )}
            </div>
            <div className={classes.facts}>
              <TrackedStatus status={run.status} />
              <span>
                <Time iso={run.startedAt} />
                {tookOf(run) !== null && `, ${durationText(tookOf(run) ?? 0)}`}
              </span>
            </div>
          </th>
        ))}
      </tr>
    </thead>
  )
}

type BodyProps = {
  readonly section: SectionOf
  readonly isOnly: boolean
  readonly count: number
  readonly change: ChangeCompare
}

function SectionBody({ section, isOnly, count, change }: BodyProps) {
  const rows = shownRows(section, isOnly)
  const { title, sources, id } = section
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={count + 1} className={classes.section}>
          <span>{title}</span>
          {rows.length === 0 && <span className={classes.none}>{emptyWords(section)}</span>}
        </th>
      </tr>
      {sources?.some((source) => source !== null) === true && (
        <tr>
          <th scope="row" className={classes.key}>
            Source
          </th>
          {sources.map((source, at) => (
            // The runs stay in their order.
            // oxlint-disable-next-line react/no-array-index-key
            <td key={at}>{source ?? <None />}</td>
          ))}
        </tr>
      )}
      {rows.map((row) => (
        <Line key={row.key} row={row} isCode={id === 'code'} isNumber={id === 'metrics'} change={change} />
      ))}
    </tbody>
  )
}
