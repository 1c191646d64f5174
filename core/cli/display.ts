import type { SequencedEvent } from '#core/contract/events.ts'
import type { RunView } from '#core/contract/run.ts'
import { wantsColours } from './context.ts'
import { openLiveScreen, type LiveScreen } from './live-screen.ts'
import { plainLineMaker } from './plain-lines.ts'
import { initialProgress, reduceProgress } from '#core/contract/run-progress.ts'
import { renderTree } from './render-tree.ts'

/** Shows how a run goes on. */
export type Display = Disposable & {
  push(events: readonly SequencedEvent[]): void
  /** A line that stays. */
  note(text: string): void
}

/** A live tree on a terminal, plain lines otherwise. */
export function openDisplay(view: RunView, stream: NodeJS.WriteStream = process.stderr): Display {
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? liveDisplay(view, stream) : plainDisplay(stream)
}

function liveDisplay(view: RunView, stream: NodeJS.WriteStream): Display {
  let progress = initialProgress(view.steps.map((step) => step.name))
  const colours = wantsColours(stream)
  const draw = (): string[] =>
    // One column stays free, since some terminals wrap when the last one is written.
    renderTree(progress, {
      columns: (stream.columns || 80) - 1,
      rows: stream.rows || 24,
      now: Date.now(),
      colours,
      pipeline: view.pipeline,
      run: view.id,
    })
  const screen: LiveScreen = openLiveScreen(stream, draw)
  return {
    push: (events) => {
      progress = reduceProgress(progress, events)
      screen.update()
    },
    note: (text) => screen.print(text),
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  }
}

function plainDisplay(stream: NodeJS.WriteStream): Display {
  const lineOf = plainLineMaker()
  return {
    push: (events) => {
      const lines = events.flatMap((event) => lineOf(event) ?? [])
      if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
    },
    note: (text) => stream.write(`${text}\n`),
    [Symbol.dispose]: () => {},
  }
}
