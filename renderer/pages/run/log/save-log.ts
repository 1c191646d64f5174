import type { LogPageView } from '#core/contract/run.ts'

type SaveOptions = {
  readonly withTimes: boolean
  readonly signal: AbortSignal
}

/** The whole log of an attempt as it is now, page by page; the browser may keep its pieces on disk. */
export async function wholeLog(
  read: (from: number) => Promise<LogPageView>,
  { withTimes, signal }: SaveOptions,
): Promise<Blob> {
  const parts: Blob[] = []
  let from = 0
  for (;;) {
    signal.throwIfAborted()
    const page = await read(from)
    const lines = page.lines.map(({ time, text }) => (withTimes ? `${time} ${text}\n` : `${text}\n`))
    parts.push(new Blob(lines))
    if (page.end || page.lines.length === 0) return new Blob(parts, { type: 'text/plain;charset=utf-8' })
    from = page.next
  }
}
