import { describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { RunView, StepView } from '#core/contract/run.ts'
import { safeJoin } from './commands/artifacts.ts'
import { parseParameters } from './commands/run.ts'
import { exitCodeOfProblem, exitCodeOfRun } from './exit-codes.ts'
import { reportError } from './report-error.ts'
import { parseStepAddress, stepRunsOf } from './step-address.ts'

describe('exit codes', () => {
  test('of runs are 0, 1 and 130', () => {
    expect([exitCodeOfRun('succeeded'), exitCodeOfRun('failed'), exitCodeOfRun('cancelled')]).toEqual([0, 1, 130])
  })

  test('of problems are 2 where the input is at fault and 1 where the machine is', () => {
    const two = [
      'usage',
      'document_invalid',
      'unknown_parameter',
      'not_found',
      'ambiguous_id',
      'conflict',
      'input_missing',
    ] as const
    const one = [
      'disk_full',
      'home_unwritable',
      'port_taken',
      'python_missing',
      'network_unavailable',
      'core_unreachable',
      'cluster_unauthorized',
      'cluster_forbidden',
      'store_denied',
    ] as const
    expect(two.map(exitCodeOfProblem)).toEqual(two.map(() => 2))
    expect(one.map(exitCodeOfProblem)).toEqual(one.map(() => 1))
  })
})

describe('errors', () => {
  const issue = { code: 'unknown_key', message: 'unknown key "comand"', place: { line: 3, column: 5 } } as const

  test('are one sentence, then issues with their places, then details; with --json also an object on stdout', () => {
    const second = { code: 'cycle', message: 'a cycle' } as const
    const problem = new Problem('document_invalid', 'p.yaml:3:5: unknown key "comand" (and 1 more)', {
      issues: [issue, second],
      details: 'more\n',
    })
    const report = reportError(problem, { json: true, file: 'p.yaml' })
    expect(report.exitCode).toBe(2)
    expect(report.stderr).toBe(
      'error: p.yaml:3:5: unknown key "comand" (and 1 more)\np.yaml:3:5: unknown key "comand"\np.yaml: a cycle\nmore\n',
    )
    expect(JSON.parse(report.stdout)).toMatchObject({ error: { code: 'document_invalid', issues: [issue, second] } })
  })

  test('do not repeat their only issue', () => {
    const problem = new Problem('document_invalid', 'p.yaml:3:5: unknown key "comand"', { issues: [issue] })
    expect(reportError(problem, { json: false, file: 'p.yaml' })).toMatchObject({
      stderr: 'error: p.yaml:3:5: unknown key "comand"\n',
      stdout: '',
    })
  })

  test('that nobody expected are bugs: exit code 70, with the stack and a hint', () => {
    const report = reportError(new TypeError('x is undefined'), { json: false })
    expect(report.exitCode).toBe(70)
    expect(report.stderr).toMatch(
      /TypeError: x is undefined\n[^]*command-line\.test\.ts[^]*error: this is a bug in minisub/,
    )
  })
})

describe('arguments', () => {
  test('-p takes key=value; the value may hold equals signs and may be empty', () => {
    expect(parseParameters(['a=1', 'b=x=y', 'c='])).toEqual({ a: '1', b: 'x=y', c: '' })
    expect(Object.keys(parseParameters(['__proto__=1']))).toEqual(['__proto__'])
    expect(() => parseParameters(['a'])).toThrow('-p wants key=value and got "a"')
    expect(() => parseParameters(['a=1', 'a=2'])).toThrow('twice')
  })

  test('a step may be named with its item in either way', () => {
    expect(parseStepAddress('train[2]', undefined)).toEqual({ step: 'train', item: 2 })
    expect(parseStepAddress('train', '2')).toEqual({ step: 'train', item: 2 })
    expect(parseStepAddress('train', undefined)).toEqual({ step: 'train', item: undefined })
    expect(() => parseStepAddress('train[2]', '3')).toThrow('two items')
    expect(() => parseStepAddress('train[x]', undefined)).toThrow('not a step')
    expect(() => parseStepAddress('train', '-1')).toThrow('--item wants a whole number')
  })

  test('an unknown step or item is told with what there is', () => {
    const view: RunView = {
      id: 'r',
      pipeline: 'wine',
      pipelineDigest: 'd',
      target: 'process',
      status: 'succeeded',
      startedAt: null,
      finishedAt: null,
      outputs: {},
      steps: [step('train', 0), step('train', 1), step('choose', null)],
    }
    expect(stepRunsOf(view, { step: 'train', item: undefined })).toHaveLength(2)
    expect(() => stepRunsOf(view, { step: 'trian', item: undefined })).toThrow('did you mean "train"?')
    expect(() => stepRunsOf(view, { step: 'train', item: 2 })).toThrow('train has the items 0 to 1')
    expect(() => stepRunsOf(view, { step: 'choose', item: 0 })).toThrow('choose is no fan-out')
  })

  test('no path of an output leads out of the folder that it is saved to', () => {
    expect(safeJoin('/tmp/out', 'a/b.txt')).toBe('/tmp/out/a/b.txt')
    for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '.', 'a\\..\\b']) {
      expect(() => safeJoin('/tmp/out', path)).toThrow('leads out of its folder')
    }
  })
})

function step(name: string, index: number | null): StepView {
  return {
    name,
    item: index === null ? null : { index, values: {} },
    status: 'succeeded',
    attempts: 1,
    stepKey: null,
    startedAt: null,
    finishedAt: null,
    exitCode: 0,
    reason: null,
    outputs: {},
  }
}
