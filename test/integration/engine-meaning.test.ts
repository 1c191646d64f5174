import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const out = (name: string, text: string): string => `printf '%s' '${text}' > "$MINISUB_OUTPUTS/${name}"`
const runOf = async (spec: object) => engine.run(await engine.pipeline(spec), { cache: false })

describe('edges', () => {
  test('succeeded, failed and finished are met by what the contract says, and an unmet one gives its reason', async () => {
    const view = await runOf({
      steps: {
        good: sh('exit 0'),
        bad: sh('exit 3'),
        never: sh('exit 0', { needs: ['bad'] }),
        after_good: sh('exit 0', { needs: { good: 'succeeded' } }),
        after_bad: sh('exit 0', { needs: { bad: 'failed' } }),
        good_failed: sh('exit 0', { needs: { good: 'failed' } }),
        after_all: sh('exit 0', { needs: { good: 'finished', bad: 'finished', never: 'finished' } }),
        skipped_failed: sh('exit 0', { needs: { never: 'failed' } }),
        both: sh('exit 0', { needs: { good: 'succeeded', bad: 'succeeded' } }),
      },
    })
    expect(view.status).toBe('failed')
    expect(statusesOf(view)).toEqual({
      good: 'succeeded',
      bad: 'failed',
      never: 'skipped',
      after_good: 'succeeded',
      after_bad: 'succeeded',
      good_failed: 'skipped',
      after_all: 'succeeded',
      skipped_failed: 'skipped',
      both: 'skipped',
    })
    expect(stepOf(view, 'bad')).toMatchObject({ exitCode: 3, reason: 'exit code 3', attempts: 1 })
    expect(stepOf(view, 'never').reason).toBe('needs bad succeeded, it was failed')
    expect(stepOf(view, 'good_failed').reason).toBe('needs good failed, it was succeeded')
    expect(stepOf(view, 'skipped_failed').reason).toBe('needs never failed, it was skipped')
    expect(stepOf(view, 'never')).toMatchObject({ attempts: 0, startedAt: null, exitCode: null })
  })

  test('a reader of a failed output is skipped, a reader of a status is not, and independent branches go on', async () => {
    const view = await runOf({
      steps: {
        bad: sh(`${out('n', '1')}; exit 1`, { outputs: { n: { type: 'integer', default: 7 } } }),
        reads: sh('exit 0', '${{ steps.bad.outputs.n }}'),
        tells: sh('echo "$1"', '${{ steps.bad.status }}'),
        other: sh('sleep 0.2'),
        below_other: sh('exit 0', { needs: ['other'] }),
      },
    })
    expect(statusesOf(view)).toEqual({
      bad: 'failed',
      reads: 'skipped',
      tells: 'succeeded',
      other: 'succeeded',
      below_other: 'succeeded',
    })
    expect(stepOf(view, 'reads').reason).toBe('reads an output of bad, which was failed')
    expect(await engine.log(view.id, 'tells')).toEqual(['failed'])
  })

  test('needs is looked at before what is read, and both before when', async () => {
    const view = await runOf({
      steps: {
        a: sh('exit 1', { outputs: { n: { type: 'integer' } } }),
        b: sh('exit 1'),
        c: sh('exit 0', '${{ steps.a.outputs.n }}', { needs: ['b'], when: '${{ false }}' }),
        d: sh('exit 0', '${{ steps.a.outputs.n }}', { when: '${{ false }}' }),
      },
    })
    expect(stepOf(view, 'c').reason).toBe('needs b succeeded, it was failed')
    expect(stepOf(view, 'd').reason).toBe('reads an output of a, which was failed')
  })
})

describe('when', () => {
  test('on values and on status decides, with the condition as the reason', async () => {
    const view = await runOf({
      parameters: { least: { type: 'number', default: 0.5 } },
      steps: {
        score: sh(out('x', '0.75'), { outputs: { x: { type: 'number' } } }),
        high: sh('exit 0', { when: '${{ steps.score.outputs.x >= parameters.least }}' }),
        low: sh('exit 0', { when: '${{ steps.score.outputs.x < parameters.least }}' }),
        bad: sh('exit 1'),
        repair: sh('exit 0', { when: "${{ steps.bad.status == 'failed' || steps.score.status == 'failed' }}" }),
        party: sh('exit 0', { when: "${{ steps.bad.status == 'succeeded' }}" }),
        on_skip: sh('exit 0', { when: "${{ steps.low.status in ['skipped', 'failed'] }}" }),
      },
    })
    expect(statusesOf(view)).toEqual({
      score: 'succeeded',
      high: 'succeeded',
      low: 'skipped',
      bad: 'failed',
      repair: 'succeeded',
      party: 'skipped',
      on_skip: 'succeeded',
    })
    expect(stepOf(view, 'low').reason).toBe('when: ${{ steps.score.outputs.x < parameters.least }} is false')
  })

  test('a reference in the branch of a ternary that is not taken counts as an edge', async () => {
    const view = await runOf({
      steps: {
        yes: sh(out('b', 'true'), { outputs: { b: { type: 'boolean' } } }),
        bad: sh('exit 1', { outputs: { b: { type: 'boolean' } } }),
        c: sh('exit 0', { when: '${{ steps.yes.outputs.b ? true : steps.bad.outputs.b }}' }),
      },
    })
    expect(stepOf(view, 'c')).toMatchObject({ status: 'skipped', reason: 'reads an output of bad, which was failed' })
  })

  test('a when that is false for all parameters skips without asking more', async () => {
    const file = await engine.pipeline({
      parameters: { on: { type: 'boolean', default: true } },
      steps: { a: sh('exit 0', { when: '${{ parameters.on && 1 + 1 == 2 }}' }) },
    })
    expect(statusesOf(await engine.run(file))).toEqual({ a: 'succeeded' })
    expect(statusesOf(await engine.run(file, { parameters: { on: false } }))).toEqual({ a: 'skipped' })
  })

  test('an expression that cannot be evaluated fails the step, and it is never "false"', async () => {
    const view = await runOf({
      steps: {
        list: sh(out('l', '[1, null]'), { outputs: { l: { type: 'list' } } }),
        nulls: sh('exit 0', { forEach: { i: '${{ steps.list.outputs.l }}' } }),
        below: sh('exit 0', { needs: { nulls: 'failed' } }),
      },
    })
    expect(stepOf(view, 'nulls')).toMatchObject({
      status: 'failed',
      attempts: 0,
      reason: 'forEach.i holds null: an item must have a value',
    })
    expect(stepOf(view, 'below').status).toBe('succeeded')
    expect(engine.events(view.id).find((event) => event.kind === 'step.failed')).toMatchObject({
      step: 'nulls',
      code: 'expression_failed',
    })
  })
})

describe('defaults', () => {
  const reader = (more: object = {}) =>
    sh('printf "%s|%s" "$1" "$(cat "$MINISUB_INPUTS/n")" > "$MINISUB_OUTPUTS/seen"', '${{ steps.maybe.outputs.n }}', {
      inputs: { n: '${{ steps.maybe.outputs.n }}' },
      outputs: { seen: { type: 'string' } },
      ...more,
    })
  const maybe = (more: object) => sh(out('n', '5'), { outputs: { n: { type: 'integer', default: 7 } }, ...more })

  test('are what readers see of a skipped step, as argument and as file, and the record says so', async () => {
    const view = await runOf({
      steps: { maybe: maybe({ when: '${{ 1 > 2 }}' }), read: reader(), after: reader({ needs: ['read'] }) },
      outputs: { n: '${{ steps.maybe.outputs.n }}', text: 'n is ${{ steps.maybe.outputs.n }}' },
    })
    expect(stepOf(view, 'read')).toMatchObject({
      status: 'succeeded',
      outputs: { seen: '7|7' },
      reason: 'ran on the default of steps.maybe.outputs.n',
    })
    expect(view).toMatchObject({ status: 'succeeded', outputs: { n: 7, text: 'n is 7' } })
  })

  test('do not stand in where the step ran, also not for an output that it did not write', async () => {
    const view = await runOf({
      steps: { maybe: maybe({}), read: reader() },
    })
    expect(stepOf(view, 'read')).toMatchObject({ outputs: { seen: '5|5' }, reason: null })
    const missing = await runOf({ steps: { maybe: { ...maybe({}), command: ['true'] }, read: reader() } })
    expect(statusesOf(missing)).toEqual({ maybe: 'failed', read: 'skipped' })
    expect(stepOf(missing, 'maybe').reason).toContain('ended without output "n"')
  })

  test('hold also where the step was skipped below a failure, which validate warns of', async () => {
    const file = await engine.pipeline({
      steps: { bad: sh('exit 1'), maybe: maybe({ needs: ['bad'] }), read: reader() },
    })
    const { warnings } = await engine.service.validate(file)
    expect(warnings.map(({ message }) => message)).toEqual([
      'if "bad" fails, "maybe" is skipped and "read" runs on the default of its output: add needs: {bad: succeeded} if it should not',
    ])
    const view = await engine.run(file, { cache: false })
    expect(statusesOf(view)).toEqual({ bad: 'failed', maybe: 'skipped', read: 'succeeded' })
    expect(view.status).toBe('failed')
  })

  test('are still told of a reader that failed', async () => {
    const view = await runOf({
      steps: { maybe: maybe({ when: false }), read: sh('exit 4', '${{ steps.maybe.outputs.n }}') },
    })
    expect(stepOf(view, 'read').reason).toMatch(/^exit code 4.*ran on the default of steps\.maybe\.outputs\.n/)
  })

  test('are still told of a reader that was taken from the cache', async () => {
    const file = await engine.pipeline({ steps: { maybe: maybe({ when: false }), read: reader() } }, 'cached-default')
    await engine.run(file)
    const again = stepOf(await engine.run(file), 'read')
    expect(again.status).toBe('cached')
    expect(again.reason).toMatch(/^taken from the cache \(run .*ran on the default of steps\.maybe\.outputs\.n/)
  })
})

describe('outputs of the pipeline', () => {
  test('are values with their type, artifacts with where they are, lists after a fan-out, and null where there is none', async () => {
    const view = await runOf({
      parameters: { k: { type: 'integer', default: 3 } },
      steps: {
        values: sh(
          `${out('n', '1.5')}; ${out('s', 'a "b"')}; ${out('o', '{"z": 1, "a": [true]}')}; ${out('f', 'file')}`,
          {
            outputs: { n: { type: 'number' }, s: { type: 'string' }, o: { type: 'object' }, f: { type: 'file' } },
          },
        ),
        each: sh('printf %s "$1" > "$MINISUB_OUTPUTS/v"', '${{ each.i }}', {
          forEach: { i: [10, 20] },
          outputs: { v: { type: 'integer' } },
        }),
        bad: sh('exit 1', { outputs: { n: { type: 'number' } } }),
      },
      outputs: {
        n: '${{ steps.values.outputs.n }}',
        s: '${{ steps.values.outputs.s }}',
        o: '${{ steps.values.outputs.o }}',
        f: '${{ steps.values.outputs.f }}',
        all: '${{ steps.each.outputs.v }}',
        text: 'o=${{ steps.values.outputs.o }} all=${{ steps.each.outputs.v }} k=${{ parameters.k * 2 }}',
        none: '${{ steps.bad.outputs.n }}',
        status: '${{ steps.bad.status }}',
      },
    })
    expect(view.status).toBe('failed')
    expect(view.outputs).toEqual({
      n: 1.5,
      s: 'a "b"',
      o: { z: 1, a: [true] },
      f: { type: 'file', key: `runs/${view.id}/values/f`, size: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      all: [10, 20],
      text: 'o={"a":[true],"z":1} all=[10,20] k=6',
      none: null,
      status: 'failed',
    })
  })
})
