import { expect, test } from 'vitest'
import { jobLineMaker } from './job-lines.ts'
import { clockTime } from './plain-lines.ts'
import { clusterJob, jobStep } from './test-jobs.ts'

const pulling = (note: string) => clusterJob({ steps: [jobStep('images', { status: 'running', from: 12, note })] })

test('plain lines tell when steps begin and end, with the lines of the log between them', () => {
  const linesOf = jobLineMaker()
  expect(linesOf(clusterJob({ steps: [jobStep('a'), jobStep('b')] }), [], 10_000)).toEqual([])
  const begun = clusterJob({ steps: [jobStep('a', { status: 'running', from: 11 }), jobStep('b')] })
  const log = [{ at: 13_000, step: 'a', text: 'is \u001b[2Jthere' }]
  expect(linesOf(begun, log, 13_500)).toEqual([
    `${clockTime(11_000)} Do a started`,
    `${clockTime(13_000)} a | is there`,
  ])
  const ended = [
    jobStep('a', { status: 'succeeded', from: 11, to: 14 }),
    jobStep('b', { status: 'failed', from: 14, to: 15 }),
  ]
  const more = [{ at: 14_500, step: 'b', text: 'no' }]
  expect(linesOf(clusterJob({ steps: ended }), more, 16_000)).toEqual([
    `${clockTime(14_000)} Do a succeeded after 3.00 s`,
    `${clockTime(14_000)} Do b started`,
    `${clockTime(14_500)} b | no`,
    `${clockTime(15_000)} Do b failed after 1.00 s`,
  ])
  expect(linesOf(clusterJob({ steps: ended }), [], 17_000)).toEqual([])
})

test('what a step does right now is told again after ten seconds, and only when it changed', () => {
  const linesOf = jobLineMaker()
  expect(linesOf(pulling('1 MB'), [], 20_000)).toEqual([
    `${clockTime(12_000)} Do images started`,
    `${clockTime(20_000)} Do images: 1 MB`,
  ])
  expect(linesOf(pulling('2 MB'), [], 29_000)).toEqual([])
  expect(linesOf(pulling('3 MB'), [], 30_000)).toEqual([`${clockTime(30_000)} Do images: 3 MB`])
  expect(linesOf(pulling('3 MB'), [], 50_000)).toEqual([])
})
