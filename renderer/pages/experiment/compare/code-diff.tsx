import { Button, Group, NativeSelect, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ComparisonView } from '#core/contract/tracking-compare.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import type { CompareSearch } from '../search.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import type { ChangeCompare } from './change.ts'
import classes from './compare.module.css'
import { diffLines, withGaps, type DiffLine, type Gap } from './line-diff.ts'

type CodeProps = {
  readonly comparison: ComparisonView
  readonly search: CompareSearch
  readonly change: ChangeCompare
}
const AROUND = 3

/** A file of the code of two of the runs, line by line, where one is picked. */
export function CodeDiff({ comparison: { runs, code }, search: { file, pair = [0, 1] }, change }: CodeProps) {
  const [left, right] = [runs[pair[0]], runs[pair[1]]]
  if (file === undefined || left === undefined || right === undefined) return null
  const choices = runs.map(({ id, name }, at) => ({ value: String(at), label: name === '' ? id.slice(0, 8) : name }))
  return (
    <Section
      title={file}
      actions={
        <Button size="xs" variant="default" onClick={() => change({ file: undefined, pair: undefined })}>
          Close
        </Button>
      }
    >
      <Group mb="xs" align="flex-end">
        <NativeSelect
          size="xs"
          label="File"
          data={code.files.flatMap(({ key, differs }) => (differs || key === file ? key : []))}
          value={file}
          onChange={({ currentTarget }) => change({ file: currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="Left"
          data={choices}
          value={String(pair[0])}
          onChange={({ currentTarget }) => change({ pair: [Number(currentTarget.value), pair[1]] })}
        />
        <NativeSelect
          size="xs"
          label="Right"
          data={choices}
          value={String(pair[1])}
          onChange={({ currentTarget }) => change({ pair: [pair[0], Number(currentTarget.value)] })}
        />
      </Group>
      <Texts left={left.id} right={right.id} path={file} />
    </Section>
  )
}

const REASONS = {
  absent: 'has no such file',
  binary: 'has a file there that is no text',
  large: 'has a file there that is too large to be shown',
}

function Texts(of: { readonly left: string; readonly right: string; readonly path: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(experimentQueries.code(client, of))
  const [isWhole, setWhole] = useState(false)
  const lines = useMemo(() => diffLines(data?.left ?? '', data?.right ?? ''), [data])
  if (error !== null) {
    return (
      <ProblemAlert title="The file was not read" message={problemOf(error).message} onRetry={() => void refetch()} />
    )
  }
  if (data === undefined) return <Waiting what="the file" />
  const { leftReason, rightReason } = data
  const isText = [leftReason, rightReason].every((reason) => reason === null || reason === 'absent')
  const shown = isWhole ? lines : withGaps(lines, AROUND)
  return (
    <div ref={intoView}>
      {leftReason !== null && <Text size="sm">The left run {REASONS[leftReason]}.</Text>}
      {rightReason !== null && <Text size="sm">The right run {REASONS[rightReason]}.</Text>}
      {isText && (
        <>
          <Switch
            size="xs"
            mb="xs"
            label="The whole file"
            checked={isWhole}
            onChange={({ currentTarget }) => setWhole(currentTarget.checked)}
          />
          <DiffTable lines={shown} />
        </>
      )}
    </div>
  )
}

/** What comes below the table is brought in sight. */
function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}

const SIGNS = { same: ' ', left: '−', right: '+' }
const WORDS = { same: undefined, left: 'only left', right: 'only right' }

function DiffTable({ lines }: { readonly lines: readonly (DiffLine | Gap)[] }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={classes.scroller} role="region" aria-label="Differences of the file" tabIndex={0}>
      <table className={classes.diff} aria-label="Lines of the file">
        <tbody>
          {lines.map((line) =>
            line.kind === 'gap' ? (
              <tr key={`gap ${line.at}`} className={classes.gap}>
                <td colSpan={4}>{line.lines === 1 ? '1 line is alike' : `${line.lines} lines are alike`}</td>
              </tr>
            ) : (
              <tr key={keyOf(line)} className={classes[line.kind]}>
                <td className={classes.lineNumber}>{line.kind === 'right' ? '' : line.left}</td>
                <td className={classes.lineNumber}>{line.kind === 'left' ? '' : line.right}</td>
                <td className={classes.sign}>
                  <span role={WORDS[line.kind] === undefined ? undefined : 'img'} aria-label={WORDS[line.kind]}>
                    {SIGNS[line.kind]}
                  </span>
                </td>
                <td className={classes.text}>{line.text}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
      {lines.length === 0 && <Text size="sm">The files are alike.</Text>}
    </div>
  )
}

function keyOf(line: DiffLine): string {
  return line.kind === 'right' ? `right ${line.right}` : `left ${line.left}`
}
