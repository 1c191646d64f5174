import type { StepDetail } from '#core/contract/run.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { useRun } from '../run-context.ts'
import { TrackedLink, useTracked } from '../tracked-link.tsx'
import { registeredOf } from './registered.ts'

type TrackedProps = { readonly detail: StepDetail; readonly item: number | null }

/** What a step run logged, and the version of a model that it made. */
export function TrackedFacts({ detail: { view, command }, item }: TrackedProps) {
  const { graph } = useRun()
  const isFanOut = item === null && graph.steps.some((step) => step.name === view.name && step.isFanOut)
  const tracked = useTracked({ step: view.name, item })
  const registered = registeredOf(command, view.outputs)
  const isTracked = tracked !== undefined && tracked !== null && !isFanOut
  if (!isTracked && registered === undefined) return null
  return (
    <Facts label="What is tracked">
      {isTracked && (
        <Fact name="Tracked in">
          <TrackedLink tracked={tracked} />
        </Fact>
      )}
      {registered !== undefined && (
        <Fact name="Registered as">
          <TextLink
            inherit
            to="/models/$model/versions/$version"
            params={{ model: registered.model, version: String(registered.version) }}
          >
            Version {registered.version} of {registered.model}
          </TextLink>
        </Fact>
      )}
    </Facts>
  )
}
