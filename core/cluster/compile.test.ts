import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { initialState } from '#core/pipelines/index.ts'
import { compileWorkflow } from './compile.ts'
import { documentOf, fileRecord, inputOf, planOf } from './compile-fixture.ts'
import { goldenInput, GOLDEN } from './golden-fixture.ts'
import { renderYaml } from './render-yaml.ts'

const FOLDER = join(import.meta.dirname, 'golden')

describe('a compiled pipeline', () => {
  // MINISUB_UPDATE_GOLDEN=1 writes the files anew: look at what has changed in them
  test.each(Object.keys(GOLDEN))('is what golden/%s.yaml says', (name) => {
    const text = renderYaml(compileWorkflow(goldenInput(name)))
    const file = join(FOLDER, `${name}.yaml`)
    if (process.env['MINISUB_UPDATE_GOLDEN'] === '1') writeFileSync(file, text)
    expect(text).toBe(readFileSync(file, 'utf8'))
  })

  test.each(Object.keys(GOLDEN))('holds no text of the user outside of base64 (%s)', (name) => {
    const text = JSON.stringify(compileWorkflow(goldenInput(name)).object)
    for (const [whole] of text.matchAll(/\{\{.*?\}\}/g)) {
      expect(whole).toMatch(/^\{\{(?:=[^{}]*|item|retries|workflow\.name|inputs\.parameters\.[a-z0-9-]+)\}\}$/)
    }
    for (const odd of ['1+1', '$(HOME)', '`id`', '🐋']) expect(text).not.toContain(odd)
  })

  test('is the same twice, and its name says when it is not', () => {
    const [one, other] = [compileWorkflow(goldenInput('wine-template')), compileWorkflow(goldenInput('wine-template'))]
    expect(JSON.stringify(other)).toBe(JSON.stringify(one))
    expect(one.object.metadata.name).toMatch(/^wine-[0-9a-f]{10}$/)
    const changed = compileWorkflow({ ...goldenInput('wine-template'), parallelism: 9 })
    expect(changed.object.metadata.name).not.toBe(one.object.metadata.name)
  })

  test('of a template holds every step and leaves the name of the run to Argo', () => {
    const plan = planOf(documentOf({ steps: { a: { command: ['x'], outputs: { f: { type: 'file' } } } } }))
    const compiled = compileWorkflow({
      ...inputOf(plan, () => ({ f: fileRecord('f') })),
      state: initialState(plan),
      run: null,
    })
    expect(compiled.object.kind).toBe('WorkflowTemplate')
    expect([...compiled.tasks]).toEqual([['s-a', 'a']])
    expect(JSON.stringify(compiled.object)).toContain('team/runs/{{workflow.name}}/a/f')
  })
})
