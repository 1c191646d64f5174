import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jobTitle, renderJob, type JobFrame } from './render-job.ts'
import { clusterJob, jobStep } from './test-jobs.ts'
import { textWidth } from './text.ts'

const FRAME: JobFrame = { columns: 79, rows: 24, now: 40_000, colours: false }
const STEPS = [
  jobStep('a', { status: 'succeeded', from: 10, to: 12, progress: 1 }),
  jobStep('images', { status: 'running', from: 12, progress: 0.31, note: '12 MB\u001b[2J of 40 MB' }),
  jobStep('c'),
]

describe('a job of a cluster on a terminal', () => {
  test('is a bar of the whole, its steps with their times, what the running one does, and the end of the log', () => {
    const lines = renderJob(clusterJob({ steps: STEPS }), ['first', 'sec\u001b[1Aond'], FRAME)
    expect(lines).toEqual([
      'making lab  █████████░░░░░░░░░░░ 45 %  30.0 s',
      '✔ Do a       2.00 s',
      expect.stringMatching(/^. Do images {2}28\.0 s {2}31 % {2}12 MB of 40 MB$/),
      '· Do c     ',
      '  first',
      '  second',
    ])
  })

  test('has the last five lines of the log while it goes on, and none when it is over', () => {
    const log = Array.from({ length: 9 }, (_, i) => `line ${i}`)
    expect(renderJob(clusterJob({ steps: STEPS }), log, FRAME).slice(4)).toEqual(log.slice(4).map((it) => `  ${it}`))
    const over = clusterJob({ steps: STEPS, status: 'failed', endedAt: new Date(70_000).toISOString() })
    const lines = renderJob(over, log, FRAME)
    expect(lines).toHaveLength(4)
    expect(lines[0]).toBe('lab: create failed  █████████░░░░░░░░░░░ 45 %  1 min 0 s')
  })

  test('is full when it has succeeded, and never beyond', () => {
    expect(renderJob(clusterJob({ status: 'succeeded', progress: 0.9 }), [], FRAME)[0]).toContain(' 100 %')
    expect(renderJob(clusterJob({ progress: 7 }), [], FRAME)[0]).toContain(`${'█'.repeat(20)} 100 %`)
  })

  test('shows the steps around the running one where not all fit', () => {
    const steps = Array.from({ length: 12 }, (_, i) => {
      if (i < 7) return jobStep(`s${i}`, { status: 'succeeded', from: i, to: i + 1 })
      return i === 7 ? jobStep('s7', { status: 'running', from: 7 }) : jobStep(`s${i}`)
    })
    const lines = renderJob(clusterJob({ steps }), ['log'], { ...FRAME, rows: 6 })
    expect(lines).toHaveLength(5)
    expect(lines.slice(1).map((line) => line.slice(2, 8).trim())).toEqual(['Do s5', 'Do s6', 'Do s7', 'Do s8'])
  })

  test('fits every terminal, whatever stands in the notes and the log', () => {
    const status = fc.constantFrom('pending', 'running', 'succeeded', 'failed', 'cancelled')
    const step = fc
      .record({ title: fc.string({ maxLength: 30 }), status, note: fc.string(), from: fc.nat(100) })
      .map(({ title, ...rest }) => ({ ...jobStep('x', rest), title: title.replaceAll(/\p{Cc}/gu, '') }))
    const inputs = fc.record({
      steps: fc.array(step, { maxLength: 30 }),
      log: fc.array(fc.string()),
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 4, max: 60 }),
    })
    fc.assert(
      fc.property(inputs, ({ steps, log, columns, rows }) => {
        const lines = renderJob(clusterJob({ steps }), log, { ...FRAME, columns, rows })
        expect(lines.length).toBeLessThan(rows)
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns)
      }),
    )
  })

  test('is named by what it does, or by how it ended', () => {
    expect(jobTitle(clusterJob({ kind: 'stop' }))).toBe('stopping lab')
    expect(jobTitle(clusterJob({ kind: 'delete', status: 'cancelled' }))).toBe('lab: delete cancelled')
  })
})
