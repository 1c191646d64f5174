import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { openLab } from '#test/support/argo-player.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'
import { compileWorkflow } from './compile.ts'
import { documentOf, inputOf, planOf } from './compile-fixture.ts'
import { GOLDEN, goldenInput } from './golden-fixture.ts'
import { WORKFLOWS } from './resources.ts'
import type { Compiled } from './types.ts'

const LABEL = 'minisub-test/golden'
const TEMPLATES = { ...WORKFLOWS, plural: 'workflowtemplates' }

describeWithKubernetes('the API server and the controller of Argo', () => {
  const mark = `g${Date.now().toString(36)}`
  let cluster: Cluster
  beforeAll(() => {
    cluster = openLab()
  })
  afterAll(async () => {
    await cluster.deleteAll(WORKFLOWS, { labelSelector: `${LABEL}=${mark}` })
    await cluster[Symbol.asyncDispose]()
  })

  describe.each(Object.keys(GOLDEN))('take golden/%s.yaml:', (name) => {
    test('the schema', async () => {
      const { object } = compileWorkflow(goldenInput(name))
      const made = await cluster.create(object.kind === 'Workflow' ? WORKFLOWS : TEMPLATES, object, { dryRun: true })
      expect(made.metadata.name).toBe(object.metadata.name)
    })
    test('every name and reference in it', async () => {
      expect(await answerOf(compileWorkflow(goldenInput(name)), `${mark}-${name}`)).toEqual({
        phase: 'Running',
        message: '',
      })
    })
  })

  test('names of the greatest length', async () => {
    const name = (letter: string, length: number): string => letter.repeat(length)
    const output = name('o', 40)
    const steps = {
      [name('a', 40)]: {
        command: ['x'],
        outputs: { [output]: { type: 'list', default: [] }, [name('f', 40)]: { type: 'file' } },
      },
      [`${name('b', 39)}_`]: {
        command: ['x'],
        forEach: { [name('v', 40)]: `\${{ steps.${name('a', 40)}.outputs.${output} }}` },
        inputs: { [name('i', 40)]: `\${{ steps.${name('a', 40)}.outputs.${name('f', 40)} }}` },
      },
    }
    const compiled = compileWorkflow(inputOf(planOf(documentOf({ steps }, name('p', 40)))))
    expect(await answerOf(compiled, `${mark}-names`)).toEqual({ phase: 'Running', message: '' })
  })

  /** What the controller says of a Workflow that it must not start: it looks at all of it before. */
  async function answerOf({ object }: Compiled, name: string): Promise<{ phase: string; message: string }> {
    const { artifactRepositoryRef: _, ...spec } = object.spec
    const metadata = { name, labels: { ...object.metadata.labels, [LABEL]: mark } }
    await cluster.create(WORKFLOWS, { ...object, kind: 'Workflow', metadata, spec: { ...spec, suspend: true } })
    for (const end = Date.now() + 60_000; Date.now() < end; await delay(200)) {
      const found = await cluster.get(WORKFLOWS, name)
      const { phase = '', message = '' } = (found['status'] ?? {}) as { phase?: string; message?: string }
      if (phase !== '') return { phase, message }
    }
    return { phase: 'none', message: 'the controller did not look at it within a minute' }
  }
})
