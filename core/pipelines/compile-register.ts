import type { StepDefinition } from '#core/contract/definition.ts'
import { REGISTER_NAMES, tagKeyFault } from '#core/contract/model-names.ts'
import { compileTemplate, IN_REGISTER, type CompileContext, type Spot } from './compile-text.ts'
import type { PlannedStep, Template } from './plan.ts'
import type { PathPart } from './read-document.ts'
import type { Allowed } from './scope.ts'

/** Names are known before a run begins. */
const IN_NAME: Allowed = new Set(['parameter'])

/** The texts of a step that registers, parsed and checked; null for others. Its files come as an input. */
export function compileRegister(
  step: string,
  { register }: StepDefinition,
  context: CompileContext,
): PlannedStep['register'] {
  if (register === undefined) return null
  const texts = new Map<string, Template>()
  const base: PathPart[] = ['spec', 'steps', step, 'register']
  const compile = (text: string, path: PathPart[], allowed: Allowed): Template => {
    const spot: Spot = { step, path: [...base, ...path], allowed }
    return compileTemplate(text, spot, context)
  }
  for (const key of ['model', 'alias', 'description'] as const) {
    const text = register[key]
    if (text === null) continue
    const template = compile(text, [key], key === 'description' ? IN_REGISTER : IN_NAME)
    texts.set(key, template)
    if (key !== 'description') checkName(key, template, context)
  }
  for (const [key, text] of Object.entries(register.tags)) {
    const fault = tagKeyFault(key)
    if (fault !== undefined) context.report('invalid_name', fault, [...base, 'tags', key])
    texts.set(`tags.${key}`, compile(text, ['tags', key], IN_REGISTER))
  }
  return texts

  function checkName(key: keyof typeof REGISTER_NAMES, { parts }: Template, { report }: CompileContext): void {
    // One with parameters is checked when their values are known.
    const constant = parts.filter((part) => typeof part === 'string')
    if (parts.length === 0 || constant.length < parts.length) return
    const fault = REGISTER_NAMES[key](constant.join(''))
    if (fault !== undefined) report('invalid_value', fault, [...base, key])
  }
}
