const REDRAW_MS = 100

export type Terminal = {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number
  write(text: string): unknown
}

/** A block of lines at the lower end of a terminal that is drawn anew, at most ten times a second. */
export type LiveScreen = Disposable & {
  /** Draws soon. */
  update(): void
  /** Writes lines that stay, above the block. */
  print(text: string): void
}

/** Shows `draw()` until disposed; then the last frame stays and the cursor is back. */
export function openLiveScreen(terminal: Terminal, draw: () => readonly string[]): LiveScreen {
  let height = 0
  let changed = true
  let open = true
  const paint = (above = ''): void => {
    const lines = draw()
    const up = height > 0 ? `\u001b[${height}A` : ''
    terminal.write(
      `\r${up}${above === '' ? '' : `\u001b[J${above}`}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`,
    )
    height = lines.length
    changed = false
  }
  const showCursor = (): void => {
    terminal.write('\u001b[?25h')
  }
  terminal.write('\u001b[?25l')
  process.once('exit', showCursor)
  // Spinner and clock move by themselves, so every tick draws.
  const timer = setInterval(paint, REDRAW_MS, '')
  return {
    update: () => {
      changed = true
    },
    print: (text) => paint(text.endsWith('\n') ? text : `${text}\n`),
    [Symbol.dispose]: () => {
      if (!open) return
      open = false
      clearInterval(timer)
      if (changed || height === 0) paint()
      process.removeListener('exit', showCursor)
      showCursor()
    },
  }
}
