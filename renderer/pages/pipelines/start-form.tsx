import { Button, Collapse, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { Play } from 'lucide-react'
import { useRef, type FormEvent } from 'react'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'
import { TargetField } from '#renderer/ui/target-field.tsx'
import { ParameterField } from './parameter-field.tsx'
import { pullsOf } from './pulls.ts'
import { PlanPush } from './push/plan-push.tsx'
import {
  PARALLELISM,
  TARGET,
  useStartForm,
  type StartFormState,
  type StartInput,
  type StartRequest,
} from './use-start-form.ts'

/** Starts a run with one control for each parameter. */
export function StartForm(props: StartInput) {
  const form = useStartForm(props)
  const { fields } = form
  const element = useRef<HTMLFormElement>(null)
  const focusOn = (wrong: string | undefined) => {
    if (wrong === undefined) return
    const named = [...(element.current?.querySelectorAll<HTMLInputElement>(`[name="${wrong}"]`) ?? [])]
    // Of a choice the one that is chosen.
    const field = named.find((it) => it.checked) ?? named[0]
    field?.focus()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    focusOn(form.submit())
  }
  const plan = (): StartRequest | undefined => {
    const wrong = form.wrongField()
    focusOn(wrong)
    return wrong === undefined ? form.request() : undefined
  }
  return (
    <form ref={element} onSubmit={submit} noValidate aria-labelledby="start">
      <Stack gap="md">
        {props.declarations.size === 0 && <Text size="sm">This pipeline has no parameters.</Text>}
        {[...props.declarations].map(([name, declaration]) => (
          <ParameterField
            key={name}
            name={name}
            declaration={declaration}
            begin={props.start.get(name)}
            text={fields.texts.get(name)}
            fault={fields.faults.get(name)}
            onChange={fields.change}
            onLeave={fields.check}
          />
        ))}
        <Where form={form} />
        <Options form={form} />
        <Outcome form={form} onPlan={plan} />
      </Stack>
    </form>
  )
}

function Where({ form: { choice } }: { readonly form: StartFormState }) {
  const { target, targets, error, choose, lookAgain } = choice
  return (
    <TargetField
      name={TARGET}
      label="Where it runs"
      consequence="No run is started there now. Do as is said beside it, or choose another."
      {...{ target, targets, error }}
      onChoose={choose}
      onLookAgain={lookAgain}
    />
  )
}

function Options({ form }: { readonly form: StartFormState }) {
  return (
    <Group align="flex-start" gap="xl">
      <Switch
        label="Use the cache"
        description="Off: every step runs, and nothing is kept for later runs"
        checked={form.cache}
        onChange={(event) => form.setCache(event.currentTarget.checked)}
      />
      <TextInput
        name={PARALLELISM}
        label="Steps at once"
        description="At most. Empty: the number of cores, or on a cluster the limit of the target"
        inputMode="numeric"
        autoComplete="off"
        value={form.parallelism}
        error={form.parallelismFault}
        onChange={(event) => form.setParallelism(event.currentTarget.value)}
      />
    </Group>
  )
}

type OutcomeProps = {
  readonly form: StartFormState
  /** What is to be planned; undefined where a field is wrong. */
  readonly onPlan: () => StartRequest | undefined
}

function Outcome({ form, onPlan }: OutcomeProps) {
  const { call, rest } = form
  const run = useRef<HTMLButtonElement>(null)
  const restore = () => {
    form.fields.restore()
    // The button that does it is gone then.
    run.current?.focus()
  }
  return (
    <>
      {rest !== undefined && (
        <ProblemAlert
          title={call.problem?.code === 'core_unreachable' ? 'Perhaps no run was started' : 'No run was started'}
          message={rest}
          details={call.problem?.details}
        />
      )}
      {call.wasGivenUp && (
        <Text size="sm" role="status">
          Given up. If the run had begun by then, it is among the last runs below.
        </Text>
      )}
      <Collapse expanded={call.isBusy}>
        {call.isBusy && (
          <ProgressLines title="Starting" lines={call.lines} bars={pullsOf(call.lines)} onGiveUp={call.giveUp} />
        )}
      </Collapse>
      <Group>
        <Button ref={run} type="submit" loading={call.isBusy} leftSection={<Play size={16} aria-hidden />}>
          Run
        </Button>
        {isOnCluster(form.choice) && <PlanPush isDisabled={call.isBusy} onPlan={onPlan} />}
        {form.fields.isChanged && (
          <Button variant="default" onClick={restore} disabled={call.isBusy}>
            Undo my changes
          </Button>
        )}
      </Group>
    </>
  )
}
