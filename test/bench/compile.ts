import { stringify } from 'yaml'
import { documentOf, inputOf, planOf } from '#core/cluster/compile-fixture.ts'
import { compileWorkflow, renderYaml } from '#core/cluster/index.ts'
import { median, type Measurement } from './report.ts'

const STEPS = 200
const ROUNDS = 7

/** A chain in which every step reads values and files of the one before, with conditions and fan-outs among them. */
function spec(): object {
  const outputs = { v: { type: 'number' }, f: { type: 'file' } }
  const steps = Array.from({ length: STEPS }, (_, i): [string, object] => {
    if (i === 0) return ['s0', { command: ['python', 'step.py'], outputs }]
    const before = `steps.s${i - 1}.outputs`
    const isFanOut = i % 20 === 1
    return [
      `s${i}`,
      {
        command: ['python', 'step.py', `\${{ ${before}.v }}`],
        inputs: { f: `\${{ ${before}.f }}` },
        outputs,
        ...(i % 4 === 3 ? { when: `\${{ ${before}.v >= 0.5 && ${before}.v < 2.0 }}` } : {}),
        ...(isFanOut ? { forEach: { i: [1, 2, 3, 4, 5, 6, 7, 8] } } : {}),
        retry: { limit: 2 },
      },
    ]
  })
  return { steps: Object.fromEntries(steps) }
}

/** What it takes to make a Workflow of 200 steps, its size checked. */
export function measureCompile(): Measurement[] {
  const input = inputOf(planOf(documentOf(spec())))
  const seconds = (work: () => unknown): number[] =>
    Array.from({ length: ROUNDS }, () => {
      const began = performance.now()
      work()
      return (performance.now() - began) / 1000
    })
  const compiled = compileWorkflow(input)
  return [
    {
      name: `compile of ${STEPS} steps for a cluster`,
      value: median(seconds(() => compileWorkflow(input))),
      unit: 's',
      floor: median(seconds(() => JSON.stringify(compiled.object))),
      floorName: 'writing it as JSON',
      bound: 0.2,
    },
    {
      name: 'the same as YAML for people',
      value: median(seconds(() => renderYaml(compiled))),
      unit: 's',
      floor: median(seconds(() => stringify(compiled.object, { aliasDuplicateObjects: false }))),
      floorName: 'writing it as YAML',
      bound: 2,
    },
  ]
}
