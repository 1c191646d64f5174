import { notifications } from '@mantine/notifications'
import { useEffect, useRef, useState } from 'react'
import type { Problem } from '#core/base/problem.ts'
import { readPullLine } from '#core/contract/pull-line.ts'
import type { CallOptions } from './client-context.ts'
import { problemOf } from './problem.ts'

/** Of a talkative call only the latest lines are kept. */
const KEPT_LINES = 200

export type LongCall<Result> = {
  readonly isBusy: boolean
  /** What it has said so far. */
  readonly lines: readonly string[]
  readonly problem: Problem | undefined
  readonly wasGivenUp: boolean
  readonly begin: (call: (options: CallOptions) => Promise<Result>) => void
  readonly giveUp: () => void
}

type Handlers<Result> = {
  readonly onDone: (result: Result) => void
  readonly onProblem?: (problem: Problem) => void
  /** What to say where the page was left meanwhile; the call goes on without it. */
  readonly onDoneElsewhere: (result: Result) => { readonly title: string; readonly message: string }
  /** What it was that failed, where the page was left meanwhile. */
  readonly failedElsewhere: string
}

type State = Pick<LongCall<unknown>, 'isBusy' | 'lines' | 'problem' | 'wasGivenUp'>
const IDLE: State = { isBusy: false, lines: [], problem: undefined, wasGivenUp: false }

/** A call that may take minutes: it says what it does, can be given up, and is not lost when the page is left. */
export function useLongCall<Result>(handlers: Handlers<Result>): LongCall<Result> {
  const [state, setState] = useState(IDLE)
  const abort = useRef<AbortController>(undefined)
  const isHere = useRef(true)
  useEffect(() => {
    isHere.current = true
    return () => void (isHere.current = false)
  }, [])
  const onLine = (line: string) => setState((before) => ({ ...before, lines: withLine(before.lines, line) }))
  const run = async (call: (options: CallOptions) => Promise<Result>) => {
    const { signal } = (abort.current = new AbortController())
    setState({ ...IDLE, isBusy: true })
    try {
      const result = await call({ signal, onLine })
      setState(IDLE)
      if (isHere.current) handlers.onDone(result)
      else notifications.show(handlers.onDoneElsewhere(result))
    } catch (error) {
      if (signal.aborted) return setState({ ...IDLE, wasGivenUp: true })
      const problem = problemOf(error)
      setState((before) => ({ ...before, isBusy: false, problem }))
      if (isHere.current) handlers.onProblem?.(problem)
      else notifications.show({ color: 'red', title: handlers.failedElsewhere, message: problem.message })
    }
  }
  return { ...state, begin: (call) => void run(call), giveUp: () => abort.current?.abort() }
}

/** The lines with one more; how far a pull is takes the place of how far it was. */
export function withLine(lines: readonly string[], line: string): readonly string[] {
  const image = readPullLine(line)?.image
  const at = image === undefined ? -1 : lines.findLastIndex((before) => readPullLine(before)?.image === image)
  return at === -1 ? [...lines, line].slice(-KEPT_LINES) : lines.with(at, line)
}
