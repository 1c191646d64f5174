import { Text } from '@mantine/core'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { VirtualLines, type LinesHandle } from '../lines/virtual-lines.tsx'
import type { StreamFilter } from './line-store.ts'
import { LogLineView } from './log-line.tsx'
import { LogBar, type LogLooks } from './log-bar.tsx'
import { LogNotes } from './log-notes.tsx'
import { LogSearch } from './log-search.tsx'
import { patternOf, type Query } from './search.ts'
import { logReader, type LogAddress } from './log-reader.ts'
import { useSearch } from './use-search.ts'
import classes from './log.module.css'

const NO_QUERY: Query = { text: '', isRegex: false, isCaseSensitive: false }
const FIRST_LOOKS: LogLooks = { filter: 'all', hasTimes: false, isFollowing: true }

/** The log of one attempt, live. */
export function LogView({ address }: { readonly address: LogAddress }) {
  const client = useClient()
  const [isTail, setTail] = useState(false)
  const [looks, setLooks] = useState(FIRST_LOOKS)
  const [query, setQuery] = useState(NO_QUERY)
  const lines = useRef<LinesHandle>(null)
  const { run, step, item, attempt } = address
  const reader = useMemo(
    () => logReader(client, { run, step, item, attempt }, isTail),
    [client, run, step, item, attempt, isTail],
  )
  useEffect(() => reader.start(), [reader])
  const { store } = reader
  const reading = useSyncExternalStore(reader.subscribe, reader.read)
  const version = useSyncExternalStore(store.subscribe, store.version)
  const read = useMemo(() => patternOf(query), [query])
  const pattern = read !== undefined && 'pattern' in read ? read.pattern : undefined
  const { filter, hasTimes, isFollowing } = looks
  const found = useSearch(store, pattern, filter)
  const count = store.count(filter)
  const onStep = (direction: 1 | -1) => {
    const number = found.step(direction)
    if (number === undefined) return
    setLooks({ ...looks, isFollowing: false })
    lines.current?.scrollToLine(store.indexOf(filter, number))
  }
  return (
    <div className={classes.view} data-version={version}>
      <LogBar address={address} looks={looks} onLooks={setLooks}>
        <LogSearch
          query={query}
          onQuery={setQuery}
          fault={read !== undefined && 'fault' in read ? read.fault : undefined}
          found={found}
          onStep={onStep}
        />
      </LogBar>
      <LogNotes reading={reading} store={store} isTail={isTail} onTail={setTail} />
      {reading.problem !== undefined && <ProblemAlert title="The log broke off" message={reading.problem.message} />}
      {count === 0 ? (
        <Text size="sm">{emptyText(filter, reading.isEnded)}</Text>
      ) : (
        <VirtualLines
          label="Log"
          handle={lines}
          count={count}
          gone={filter === 'all' ? store.first() : 0}
          isAtEnd={isFollowing}
          onScrollUp={() => setLooks((old) => (old.isFollowing ? { ...old, isFollowing: false } : old))}
          renderLine={(index) => {
            const number = store.numberAt(filter, index)
            const line = store.line(number)
            if (line === undefined) return null
            return <LogLineView line={line} hasTime={hasTimes} pattern={pattern} isCurrent={number === found.current} />
          }}
        />
      )}
    </div>
  )
}

function emptyText(filter: StreamFilter, isEnded: boolean): string {
  const where = filter === 'all' ? '' : ` to ${filter}`
  return isEnded ? `Nothing was written${where}.` : `Nothing was written${where} yet.`
}
