import { Text } from '@mantine/core'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type Ref, type RefObject } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { VirtualLines, type LinesHandle } from '#renderer/ui/virtual/virtual-lines.tsx'
import type { LineStore, StreamFilter } from './line-store.ts'
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

type LogProps = {
  readonly address: LogAddress
  /** The line that is gone to once it is there, from 1. */
  readonly line: number | undefined
  /** Told when somebody begins or ceases to follow. */
  readonly onFollowing: (isFollowing: boolean) => void
}

/** The log of one attempt, live. With another attempt what was typed stays. */
export function LogView({ address, line, onFollowing }: LogProps) {
  const [tailOf, setTailOf] = useState<number>()
  const [looks, setLooks] = useState({ ...FIRST_LOOKS, isFollowing: line === undefined })
  const [query, setQuery] = useState(NO_QUERY)
  const lines = useRef<LinesHandle>(null)
  const { attempt } = address
  const isTail = tailOf === attempt
  const { store, reading, version, retry } = useReader(address, isTail)
  const read = useMemo(() => patternOf(query), [query])
  const pattern = read !== undefined && 'pattern' in read ? read.pattern : undefined
  const { filter, isFollowing } = looks
  useEffect(() => onFollowing(isFollowing), [onFollowing, isFollowing])
  const found = useSearch(store, pattern, filter)
  const count = store.count(filter)
  // Of the end alone nobody knows the numbers.
  const wanted = line === undefined || isTail ? undefined : line - 1
  useGoTo(wanted, { store, filter, lines })
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
      <LogNotes reading={reading} store={store} isTail={isTail} onTail={(it) => setTailOf(it ? attempt : undefined)} />
      {reading.problem !== undefined && (
        <ProblemAlert title="The log broke off" message={reading.problem.message} onRetry={retry} />
      )}
      {count === 0 ? (
        <Text size="sm">{emptyText(filter, reading.isEnded)}</Text>
      ) : (
        <Lines
          store={store}
          looks={looks}
          pattern={pattern}
          isSafe={(number) => !query.isRegex || (found.has(number) && !found.isTooSlow)}
          current={found.current ?? wanted}
          handle={lines}
          onScrollUp={() => setLooks((old) => (old.isFollowing ? { ...old, isFollowing: false } : old))}
        />
      )}
    </div>
  )
}

type GoTo = { readonly store: LineStore; readonly filter: StreamFilter; readonly lines: RefObject<LinesHandle | null> }

/** Scrolls to a line when it has been read, once, and puts the focus there: the link that led to it is gone. */
function useGoTo(wanted: number | undefined, { store, filter, lines }: GoTo): void {
  const isThere = wanted !== undefined && store.first() <= wanted && wanted < store.end()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isThere || isDone.current) return
    isDone.current = true
    lines.current?.scrollToLine(store.indexOf(filter, wanted))
    lines.current?.focus()
  }, [isThere, wanted, store, filter, lines])
}

type LinesProps = {
  readonly store: LineStore
  readonly looks: LogLooks
  readonly pattern: RegExp | undefined
  /** Whether a line can be looked through at once: what somebody made up may take for ever on one not searched yet. */
  readonly isSafe: (line: number) => boolean
  readonly current: number | undefined
  readonly handle: Ref<LinesHandle>
  readonly onScrollUp: () => void
}

function Lines({ store, looks, pattern, isSafe, current, handle, onScrollUp }: LinesProps) {
  const { filter, hasTimes, isFollowing } = looks
  return (
    <VirtualLines
      label="Log"
      handle={handle}
      count={store.count(filter)}
      gone={store.gone(filter)}
      isAtEnd={isFollowing}
      onScrollUp={onScrollUp}
      renderLine={(index) => {
        const number = store.numberAt(filter, index)
        const line = store.line(number)
        if (line === undefined) return null
        const marked = isSafe(number) ? pattern : undefined
        return <LogLineView line={line} hasTime={hasTimes} pattern={marked} isCurrent={number === current} />
      }}
    />
  )
}

/** The log of an address, read while the component is there; `version` changes with the lines. */
function useReader({ run, step, item, attempt }: LogAddress, isTail: boolean) {
  const client = useClient()
  const reader = useMemo(
    () => logReader(client, { run, step, item, attempt }, isTail),
    [client, run, step, item, attempt, isTail],
  )
  const [round, setRound] = useState(0)
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each round begins anew
  useEffect(() => reader.start(), [reader, round])
  const { store } = reader
  const reading = useSyncExternalStore(reader.subscribe, reader.read)
  const version = useSyncExternalStore(store.subscribe, store.version)
  return { store, reading, version, retry: () => setRound(round + 1) }
}

function emptyText(filter: StreamFilter, isEnded: boolean): string {
  const where = filter === 'all' ? '' : ` to ${filter}`
  return isEnded ? `Nothing was written${where}.` : `Nothing was written${where} yet.`
}
