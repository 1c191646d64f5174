import type { Plan, PlannedStep } from './plan.ts'
import type { PathPart } from './read-document.ts'

export type Warning = { readonly message: string; readonly path: readonly PathPart[] }

/** What is legal and may still surprise. */
export function warningsOf(plan: Plan): Warning[] {
  return plan.steps.flatMap((step) => [
    ...defaultsBelowFailures(step, plan),
    ...uncacheable(step),
    ...fewArguments(step),
  ])
}

/** A reader of an output with a default runs on it also when the step was skipped because something above failed. */
function defaultsBelowFailures(step: PlannedStep, plan: Plan): Warning[] {
  return step.edges
    .filter((edge) => edge.condition === 'succeededOrSkipped')
    .flatMap((edge) => {
      const safe = new Set(step.edges.flatMap((it) => (it.condition === 'succeeded' ? [it.step] : [])))
      const above = plan.step(edge.step).edges.find((it) => it.condition !== 'finished' && !safe.has(it.step))
      if (above === undefined) return []
      const message = `if "${above.step}" fails, "${edge.step}" is skipped and "${step.name}" runs on the default of its output: add needs: {${above.step}: succeeded} if it should not`
      return [{ message, path: ['spec', 'steps', step.name] }]
    })
}

function uncacheable(step: PlannedStep): Warning[] {
  if (!step.usesRun || !step.definition.cache) return []
  return [
    {
      message: `"${step.name}" uses run.*, so it is never cached: set cache: false to say so`,
      path: ['spec', 'steps', step.name],
    },
  ]
}

function fewArguments(step: PlannedStep): Warning[] {
  const [program] = step.definition.command
  if (step.definition.command.length !== 1 || program === undefined || !/\s/.test(program)) return []
  const message = `the command "${program}" is one argument with spaces in it: write it as a list, such as [${program.split(/\s+/).join(', ')}]`
  return [{ message, path: ['spec', 'steps', step.name, 'command'] }]
}
