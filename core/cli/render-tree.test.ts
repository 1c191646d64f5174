import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { initialProgress, reduceProgress } from '#core/contract/run-progress.ts'
import { renderTree, type Frame } from './render-tree.ts'
import { attemptFinished, attemptStarted, sequenced } from './test-events.ts'
import { textWidth } from './text.ts'

const FRAME: Frame = {
  columns: 80,
  rows: 24,
  now: 4_002,
  colours: false,
  pipeline: 'wine',
  run: '01kc2m3n4p5q6r7s8t9v0wxyza',
}
const ITEMS = Array.from({ length: 8 }, (_, depth) => ({ depth }))
const EVENTS: readonly RunEvent[] = [
  { kind: 'run.started' },
  { kind: 'step.cached', step: 'prepare', item: null, key: 'k', outputs: {}, from: 'r', resumed: false, defaults: [] },
  { kind: 'step.expanded', step: 'train', items: ITEMS, key: 'k' },
  ...[0, 1, 2, 3].map((item) => attemptStarted('train', item, 1)),
  attemptFinished('train', 0, 'succeeded'),
  attemptFinished('train', 1, 'failed'),
]
const PROGRESS = reduceProgress(initialProgress(['prepare', 'train', 'choose']), sequenced(EVENTS))

describe('the live tree', () => {
  test('has a line for the run and one for each step, a fan-out folded into counts', () => {
    expect(renderTree(PROGRESS, FRAME)).toEqual([
      'wine  running  3.00 s  01kc2m3n4p5q6r7s8t9v0wxyza',
      '✔ prepare  cached',
      '⠋ train    2/8 running 2 failed 1 pending 4  3.00 s',
      '· choose ',
    ])
  })

  test('cuts its lines to the width of the terminal', () => {
    const lines = renderTree(PROGRESS, { ...FRAME, columns: 40 })
    expect(lines[0]).toBe('wine  running  3.00 s  01kc2m3n4p5q6r7s…')
    expect(lines[2]).toBe('⠋ train    2/8 running 2 failed 1 pendi…')
  })

  test('never is wider than the terminal, whatever a reason holds', () => {
    const reason = '失敗した 🍷\u001b[31m red\n second line \u0007'.repeat(9)
    const failed = sequenced([{ kind: 'step.failed', step: 'choose', item: null, code: 'command_failed', reason }], 99)
    for (const columns of [1, 2, 3, 10, 40, 41, 80, 200]) {
      for (const line of renderTree(reduceProgress(PROGRESS, failed), { ...FRAME, columns })) {
        expect(textWidth(line)).toBeLessThanOrEqual(columns)
        expect(stripVTControlCharacters(line)).toBe(line)
      }
    }
  })

  test('colours add no width and stay out without the wish', () => {
    const coloured = renderTree(PROGRESS, { ...FRAME, colours: true })
    expect(coloured.join('')).toContain('\u001b[')
    expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(renderTree(PROGRESS, FRAME))
  })

  test('folds 2,000 steps to the height of the terminal: what runs, then what failed, comes first', () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `step${i}`)
    const events: RunEvent[] = [
      ...names
        .slice(0, 1_000)
        .flatMap((name, i) => [
          attemptStarted(name, null, 1),
          attemptFinished(name, null, i === 500 ? 'failed' : 'succeeded'),
        ]),
      attemptStarted('step1500', null, 1),
    ]
    const progress = reduceProgress(initialProgress(names), sequenced(events))
    const before = performance.now()
    const lines = renderTree(progress, FRAME)
    expect(performance.now() - before).toBeLessThan(1_000)
    expect(lines).toHaveLength(23)
    expect(lines.some((line) => line.startsWith('✖ step500 '))).toBe(true)
    expect(lines.some((line) => line.startsWith('⠋ step1500'))).toBe(true)
    expect(lines.at(-1)).toBe('  … and 1979 more: 980 succeeded, 999 pending')
  })

  test('fits into a terminal of five lines', () => {
    const names = Array.from({ length: 30 }, (_, i) => `step${i}`)
    expect(renderTree(initialProgress(names), { ...FRAME, rows: 5 }).length).toBeLessThanOrEqual(4)
  })

  test('shows the environment that is being built', () => {
    const building = sequenced([{ kind: 'environment.building', environment: 'python', digest: 'd' }])
    expect(renderTree(reduceProgress(initialProgress(['a']), building), FRAME)[1]).toBe(
      '⠋ environment python is being built  3.00 s',
    )
  })
})
