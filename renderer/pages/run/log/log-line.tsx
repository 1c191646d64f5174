import { memo } from 'react'
import { absoluteText } from '#renderer/ui/time.tsx'
import { segmentsOf } from './ansi.ts'
import type { LogLine } from './line-store.ts'
import { markSegments, type MarkedSegment } from './marked.ts'
import { rangesIn } from './search.ts'
import classes from './log.module.css'

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

type LineProps = {
  readonly line: LogLine
  readonly hasTime: boolean
  readonly pattern: RegExp | undefined
  readonly isCurrent: boolean
}

/** One line: its stream, its time where asked for, its text in colours with what was searched for. */
export const LogLineView = memo(function LogLineView({ line, hasTime, pattern, isCurrent }: LineProps) {
  const segments = segmentsOf(line.text)
  const ranges = pattern === undefined ? [] : rangesIn(pattern, segments.map((it) => it.text).join(''))
  return (
    <div className={classes.line} data-stream={line.stream} aria-current={isCurrent || undefined}>
      <span className={classes.stream}>{line.stream === 'stderr' ? 'err' : '   '}</span>
      {hasTime && (
        <span className={classes.time} title={absoluteText(line.time)}>
          {timeText(line.time)}
        </span>
      )}
      {line.late && (
        <span className={classes.note} title="Its time is when it was read">
          read after a gap
        </span>
      )}
      {markSegments(segments, ranges).map((segment, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a piece is its place
        <Piece key={index} segment={segment} />
      ))}
      {line.cutFrom > 0 && (
        <span className={classes.note}>
          cut: {line.cutFrom.toLocaleString()} characters, save the log to have them all
        </span>
      )}
    </div>
  )
})

function timeText(time: number): string {
  return `${TIME.format(time)}.${String(time % 1_000).padStart(3, '0')}`
}

function Piece({ segment }: { readonly segment: MarkedSegment }) {
  const { text, colour, background, isBold, isDim, isItalic, isUnderlined, isStruck, isMarked } = segment
  if (Object.keys(segment).length === 1) return text
  const Tag = isMarked === true ? 'mark' : 'span'
  return (
    <Tag
      className={classes.piece}
      data-colour={colour}
      data-background={background}
      data-bold={isBold}
      data-dim={isDim}
      data-italic={isItalic}
      data-underlined={isUnderlined}
      data-struck={isStruck}
    >
      {text}
    </Tag>
  )
}
