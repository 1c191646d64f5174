import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, processesOf, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const runOf = async (spec: object, more: object = {}) =>
  engine.run(await engine.pipeline(spec), { cache: false, ...more })
/** Writes its argument as the value `v`. */
const give = (argument: string, more: object) =>
  sh('printf %s "$1" > "$MINISUB_OUTPUTS/v"', argument, { outputs: { v: { type: 'integer' } }, ...more })

describe('a fan-out', () => {
  test('over a static list gives a step run an item, each with its value and index, gathered in item order', async () => {
    const view = await runOf({
      parameters: { list: { type: 'list', items: 'integer', default: [30, 10, 20] } },
      steps: {
        each: sh(
          'sleep 0.$((4 - $MINISUB_ITEM)); echo "$MINISUB_ITEM $1"; printf %s "$1" > "$MINISUB_OUTPUTS/v"',
          '${{ each.i }}',
          {
            forEach: { i: '${{ parameters.list }}' },
            outputs: { v: { type: 'integer' } },
          },
        ),
        read: sh('echo "$1"', '${{ steps.each.outputs.v }}'),
      },
      outputs: { all: '${{ steps.each.outputs.v }}' },
    })
    expect(view.outputs).toEqual({ all: [30, 10, 20] })
    expect(view.steps.slice(0, 3).map((step) => step.item)).toEqual([
      { index: 0, values: { i: 30 } },
      { index: 1, values: { i: 10 } },
      { index: 2, values: { i: 20 } },
    ])
    expect(await engine.log(view.id, 'each', { item: 2 })).toEqual(['2 20'])
    expect(await engine.log(view.id, 'read')).toEqual(['[30,10,20]'])
  })

  test('over a list that a step gave, and over another fan-out', async () => {
    const view = await runOf({
      steps: {
        plan: sh(`printf '[{"n": 1}, "two", [3], 4.5, false]' > "$MINISUB_OUTPUTS/list"`, {
          outputs: { list: { type: 'list' } },
        }),
        each: sh('printf %s "$1" > "$MINISUB_OUTPUTS/v"', '${{ each.it }}', {
          forEach: { it: '${{ steps.plan.outputs.list }}' },
          outputs: { v: { type: 'string' } },
        }),
        again: sh('printf "<%s>" "$1" > "$MINISUB_OUTPUTS/v"', '${{ each.it }}', {
          forEach: { it: '${{ steps.each.outputs.v }}' },
          outputs: { v: { type: 'string' } },
        }),
      },
      outputs: { all: '${{ steps.again.outputs.v }}' },
    })
    expect(view.outputs).toEqual({ all: ['<{"n":1}>', '<two>', '<[3]>', '<4.5>', '<false>'] })
  })

  test('as a product varies its last variable fastest, in command, env and MINISUB_ITEM', async () => {
    const view = await runOf({
      steps: {
        each: sh('printf "%s%s%s" "$1" "$Y" "$MINISUB_ITEM" > "$MINISUB_OUTPUTS/v"', '${{ each.x }}', {
          env: { Y: 'y${{ each.y }}-' },
          forEach: { x: ['a', 'b'], y: [1, 2, 3] },
          outputs: { v: { type: 'string' } },
        }),
      },
      outputs: { all: '${{ steps.each.outputs.v }}' },
    })
    expect(view.outputs['all']).toEqual(['ay1-0', 'ay2-1', 'ay3-2', 'by1-3', 'by2-4', 'by3-5'])
  })

  test('of no items succeeds at once with empty lists and an empty folder', async () => {
    const view = await runOf({
      steps: {
        none: sh('exit 1', '${{ each.i }}', {
          forEach: { i: [1], j: [] },
          outputs: { v: { type: 'integer' }, f: { type: 'file' } },
        }),
        read: sh(
          'echo "$1 $(ls "$MINISUB_INPUTS/files" | wc -l) $(cat "$MINISUB_INPUTS/values")"',
          '${{ steps.none.outputs.v }}',
          {
            inputs: { files: '${{ steps.none.outputs.f }}', values: '${{ steps.none.outputs.v }}' },
            when: '${{ size(steps.none.outputs.v) == 0 }}',
          },
        ),
      },
      outputs: { all: '${{ steps.none.outputs.v }}' },
    })
    expect(statusesOf(view)).toEqual({ none: 'succeeded', read: 'succeeded' })
    expect(view.outputs).toEqual({ all: [] })
    expect((await engine.log(view.id, 'read')).join('')).toMatch(/^\[\] +0 \[\]$/)
  })

  test('failed when one item did: the others still run, a reader is skipped, the failed edge is met', async () => {
    const view = await runOf(
      {
        steps: {
          each: give('${{ each.i }}', { forEach: { i: [1, 'x', 3, 4] } }),
          read: sh('exit 0', '${{ steps.each.outputs.v }}'),
          repair: sh('exit 0', { needs: { each: 'failed' } }),
        },
      },
      { parallelism: 1 },
    )
    expect(statusesOf(view)).toEqual({
      'each[0]': 'succeeded',
      'each[1]': 'failed',
      'each[2]': 'succeeded',
      'each[3]': 'succeeded',
      read: 'skipped',
      repair: 'succeeded',
    })
    expect(view.status).toBe('failed')
  })

  test('that was skipped shows a default that is a list', async () => {
    const view = await runOf({
      steps: {
        each: sh('exit 1', '${{ each.i }}', {
          forEach: { i: [1, 2] },
          when: false,
          outputs: { v: { type: 'integer', default: [7, 8] } },
        }),
        read: sh('echo "$1"', '${{ steps.each.outputs.v }}'),
        over: sh('exit 0', '${{ each.k }}', { forEach: { k: '${{ steps.each.outputs.v }}' } }),
      },
    })
    expect(statusesOf(view)).toEqual({
      each: 'skipped',
      read: 'succeeded',
      'over[0]': 'succeeded',
      'over[1]': 'succeeded',
    })
    expect(await engine.log(view.id, 'read')).toEqual(['[7,8]'])
    expect(stepOf(view, 'over', 1).item?.values).toEqual({ k: 8 })
    expect(stepOf(view, 'over', 1).reason).toBe('ran on the default of steps.each.outputs.v')
  })
})

describe('what a fan-out gathered', () => {
  test('files are a folder 0, 1, 2 …, folders too, a value one JSON list, also by path', async () => {
    const view = await runOf({
      steps: {
        each: sh(
          `printf %s "$1" > "$MINISUB_OUTPUTS/f"; mkdir -p "$MINISUB_OUTPUTS/d/empty"; echo "$1" > "$MINISUB_OUTPUTS/d/it"
           printf '{"b": %s, "a": 0}' "$MINISUB_ITEM" > "$MINISUB_OUTPUTS/v"`,
          '${{ each.i }}',
          {
            forEach: { i: Array.from({ length: 11 }, (_, i) => `item ${i}`) },
            outputs: { f: { type: 'file' }, d: { type: 'folder' }, v: { type: 'object' } },
          },
        ),
        read: sh(
          `cd "$MINISUB_INPUTS"; ls files | sort -n | tr '\\n' ' '; echo; cat files/10; echo; cat folders/2/it; ls -d folders/3/empty
           test -f values && cat values; echo; cat "$1/9"; echo`,
          '${{ steps.each.outputs.f.path }}',
          {
            inputs: {
              files: '${{ steps.each.outputs.f }}',
              folders: '${{ steps.each.outputs.d }}',
              values: '${{ steps.each.outputs.v }}',
            },
          },
        ),
      },
    })
    expect(statusesOf(view)).toMatchObject({ read: 'succeeded' })
    const values = JSON.stringify(Array.from({ length: 11 }, (_, i) => ({ a: 0, b: i })))
    expect(await engine.log(view.id, 'read')).toEqual([
      '0 1 2 3 4 5 6 7 8 9 10 ',
      'item 10',
      'item 2',
      'folders/3/empty',
      values,
      'item 9',
    ])
    expect(await engine.text(view.id, 'each', { output: 'd', item: 4, path: 'it' })).toBe('item 4\n')
    const keys = engine.service
      .artifacts(view.id)
      .filter((row) => row.output === 'f')
      .map((row) => row.key)
    expect(keys[10]).toBe(`runs/${view.id}/each/f/10`)
  })
})

describe('parallelism', () => {
  const mostAtOnce = async (spec: object, more: object): Promise<number> => {
    const view = await runOf(spec, more)
    let [running, most] = [0, 0]
    for (const event of engine.events(view.id)) {
      if (event.kind === 'attempt.created') most = Math.max(most, ++running)
      if (event.kind === 'attempt.finished') running -= 1
    }
    expect(view.status).toBe('succeeded')
    return most
  }
  const six = { forEach: { i: [0, 1, 2, 3, 4, 5] } }

  test('of the run bounds all steps together, that of a step its items, and items start in order', async () => {
    const nap = (more: object) => sh('sleep 0.05', more)
    expect(await mostAtOnce({ steps: { a: nap(six), b: nap(six) } }, { parallelism: 3 })).toBe(3)
    expect(await mostAtOnce({ steps: { a: nap({ ...six, parallelism: 2 }) } }, { parallelism: 8 })).toBe(2)
    const [latest] = engine.service.list({ limit: 1 })
    const created = engine.events(latest?.id ?? '').flatMap((it) => (it.kind === 'attempt.created' ? [it.item] : []))
    expect(created).toEqual([0, 1, 2, 3, 4, 5])
  })

  test.skipIf(process.platform !== 'linux')(
    'is real: three commands sleep at the same time (seen in /proc: Linux only)',
    async () => {
      const file = await engine.pipeline({ steps: { a: sh('sleep 3', six) } })
      const { id } = await engine.start(file, { parallelism: 3, cache: false })
      const sleeps = () =>
        processesOf(id).filter((pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep\0')
          } catch {
            return false
          }
        }).length
      await until('three sleep', () => sleeps() === 3)
      await engine.service.cancel(id)
      await engine.end(id)
    },
  )
})
