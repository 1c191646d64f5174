import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openLiveScreen } from './live-screen.ts'

function fakeTerminal() {
  const written: string[] = []
  return { written, isTTY: true, columns: 80, rows: 24, write: (text: string) => written.push(text) }
}

test('a live block hides the cursor, draws at most ten times a second, keeps its last frame and brings the cursor back', async () => {
  const terminal = fakeTerminal()
  let frame = 0
  {
    using screen = openLiveScreen(terminal, () => [`frame ${frame}`, 'second line'])
    for (; frame < 200; frame += 1) {
      screen.update()
      await delay(2)
    }
  }
  const draws = terminal.written.filter((text) => text.includes('frame'))
  expect(terminal.written[0]).toBe('\u001b[?25l')
  expect(terminal.written.at(-1)).toBe('\u001b[?25h')
  expect(draws.length).toBeLessThanOrEqual(20)
  expect(draws.at(-1)).toBe('\r\u001b[2Aframe 200\u001b[K\nsecond line\u001b[K\n\u001b[J')
})

test('lines that stay are written above the block', () => {
  const terminal = fakeTerminal()
  using screen = openLiveScreen(terminal, () => ['block'])
  screen.print('first')
  screen.print('second\n')
  expect(terminal.written.slice(1)).toEqual([
    '\r\u001b[Jfirst\nblock\u001b[K\n\u001b[J',
    '\r\u001b[1A\u001b[Jsecond\nblock\u001b[K\n\u001b[J',
  ])
})
