import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { limitsHere } from './limits-here.ts'

type Run = { readonly target?: string; readonly status?: string; readonly detail: object | null }
const ran = (resources: object, notEnforced: readonly string[] = [], network = true) => ({
  view: { attempts: 1 },
  resources,
  notEnforced,
  network,
})

/** Limits that the latest attempts of a step did not enforce, of runs newest first. */
function found(runs: readonly Run[], definition: object = { resources: { cpu: 1, memory: 1 } }): unknown {
  const whole = { forEach: [], ...definition }
  const survey = {
    pipeline: { plan: { definition: { name: 'p' } } },
    cluster: { state: { steps: [{ bound: { planned: { name: 'a', definition: whole } } }] } },
  } as unknown as Parameters<typeof limitsHere>[0]
  const pipelines = {
    list: () => runs.map(({ target = 'docker', status = 'succeeded' }, at) => ({ id: `r${at}`, target, status })),
    detail({ run }: { readonly run: string }) {
      const { detail } = runs[Number(run.slice(1))] ?? { detail: null }
      if (detail === null) throw new Problem('not_found', 'no such step')
      return detail
    },
  } as unknown as Parameters<typeof limitsHere>[1]
  return limitsHere(survey, pipelines).get('a')
}

const both = { cpu: 1, memoryBytes: 1 }

test.each<[string, readonly Run[], readonly string[] | undefined]>([
  ['nothing is known of what never ran', [], undefined],
  ['all were enforced', [{ detail: ran(both) }], []],
  ['a runtime could not enforce one', [{ detail: ran(both, ['memory']) }], ['memory']],
  ['one was not asked for then', [{ detail: ran({ cpu: 1 }) }], ['memory']],
  [
    'a run that took it from the cache tells nothing',
    [{ detail: { view: { attempts: 0 } } }, { detail: ran(both, ['cpu']) }],
    ['cpu'],
  ],
  ['a run without the step tells nothing', [{ detail: null }, { detail: ran(both) }], []],
  ['the latest that ran counts', [{ detail: ran(both) }, { detail: ran(both, ['cpu']) }], []],
  ['clusters are not here', [{ target: 'lab', detail: ran(both, ['cpu']) }], undefined],
  ['a run that goes on is not over', [{ status: 'running', detail: ran(both) }], undefined],
])('%s', (_, runs, limits) => expect(found(runs)).toEqual(limits))

test('a network that was open then was not closed', () => {
  const definition = { resources: {}, network: false }
  expect(found([{ detail: ran({}) }], definition)).toEqual(['network'])
  expect(found([{ detail: ran({}, [], false) }], definition)).toEqual([])
})
