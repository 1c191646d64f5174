import type { ClusterJobView, ClusterLogLine } from '#core/contract/local-clusters.ts'
import { wantsColours } from './context.ts'
import { jobLineMaker } from './job-lines.ts'
import { openLiveScreen } from './live-screen.ts'
import { renderJob } from './render-job.ts'

/** Shows how a job of a cluster goes on. */
export type JobDisplay = Disposable & {
  push(job: ClusterJobView, log: readonly ClusterLogLine[]): void
  /** A line that stays. */
  note(text: string): void
}

const KEPT_LINES = 20

/** Steps, a bar and the end of the log on a terminal, plain lines otherwise. */
export function openJobDisplay(job: ClusterJobView, stream: NodeJS.WriteStream = process.stderr): JobDisplay {
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? liveDisplay(job, stream) : plainDisplay(stream)
}

function liveDisplay(begun: ClusterJobView, stream: NodeJS.WriteStream): JobDisplay {
  let shown = begun
  let tail: readonly string[] = []
  const colours = wantsColours(stream)
  const screen = openLiveScreen(stream, () =>
    // One column stays free, since some terminals wrap when the last one is written.
    renderJob(shown, tail, { columns: (stream.columns || 80) - 1, rows: stream.rows || 24, now: Date.now(), colours }),
  )
  return {
    push: (job, log) => {
      shown = job
      tail = [...tail, ...log.map(({ text }) => text)].slice(-KEPT_LINES)
      screen.update()
    },
    note: (text) => screen.print(text),
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  }
}

function plainDisplay(stream: NodeJS.WriteStream): JobDisplay {
  const linesOf = jobLineMaker()
  return {
    push: (job, log) => {
      const lines = linesOf(job, log, Date.now())
      if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
    },
    note: (text) => stream.write(`${text}\n`),
    [Symbol.dispose]: () => {},
  }
}
