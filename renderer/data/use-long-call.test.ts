import { expect, test } from 'vitest'
import { withLine } from './use-long-call.ts'

test('how far a pull is takes the place of how far it was', () => {
  const lines = ['resolving', 'pulling a: 1.0 MB of 2.0 MB', 'pulling b: 0.1 MB of 0.2 MB']
  expect(withLine(lines, 'pulling a: 2.0 MB of 2.0 MB')).toEqual([
    'resolving',
    'pulling a: 2.0 MB of 2.0 MB',
    'pulling b: 0.1 MB of 0.2 MB',
  ])
  expect(withLine(lines, 'pulling c: 0.0 MB of 9.0 MB')).toHaveLength(4)
})

test('of a talkative call the latest 200 lines are kept', () => {
  let lines: readonly string[] = []
  for (let at = 0; at < 500; at += 1) lines = withLine(lines, `line ${at}`)
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([200, 'line 300', 'line 499'])
})
