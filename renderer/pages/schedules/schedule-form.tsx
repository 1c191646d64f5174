import { Button, Fieldset, Group, NumberInput, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { isProblem } from '#core/base/problem.ts'
import type { PipelineView } from '#core/contract/run.ts'
import { OVERLAPS, type Overlap, type ScheduleView } from '#core/contract/schedules.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useTargetChoice, type TargetChoice } from '#renderer/data/use-target.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { TargetField } from '#renderer/ui/target-field.tsx'
import { CronFields } from './cron-field.tsx'
import { faultOf, parameterHints, requestOf, type Draft } from './draft.ts'
import { PipelineField, usePipelineView } from './pipeline-field.tsx'

const OVERLAP_WORDS: Readonly<Record<Overlap, readonly [label: string, what: string]>> = {
  forbid: ['Skip it', 'The new time is skipped, and said to be.'],
  allow: ['Start it beside', 'Both runs go on at the same time.'],
  replace: ['Replace the old one', 'The run that goes on is cancelled, then the new one starts.'],
}

type FormProps = {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  readonly onCreated: (schedule: ScheduleView) => void
  readonly onCancel: () => void
}

/** Everything that makes a schedule. What was typed stays when the core refuses it. */
export function ScheduleForm({ draft, onChange, onCreated, onCancel }: FormProps) {
  const client = useClient()
  const cache = useQueryClient()
  const { view, error } = usePipelineView(draft.file)
  const choice = useTargetChoice(draft.target)
  // The button that opened the dialog is gone with the empty page, or was on another page.
  useHeadingAfterwards(true)
  const create = useMutation({
    mutationFn: () => client.createSchedule(requestOf({ ...draft, target: choice.target })),
    onSuccess: async (schedule) => {
      onCreated(schedule)
      await cache.invalidateQueries({ queryKey: ['schedules'] })
    },
  })
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <PipelineField file={draft.file} error={error} onChange={(file) => set({ file })} />
        <TextInput
          label="Name"
          description={view === undefined ? 'Left empty, that of the pipeline' : `Left empty: ${view.name}`}
          value={draft.name}
          maxLength={63}
          autoComplete="off"
          onChange={({ currentTarget }) => set({ name: currentTarget.value })}
        />
        <CronFields cron={draft.cron} timeZone={draft.timeZone} onChange={set} />
        <Where choice={choice} onChoose={(target) => set({ target })} />
        <OverlapField overlap={draft.overlap} onChange={(overlap) => set({ overlap })} />
        <NumberInput
          label="How late it may begin, in minutes"
          description="After a pause of the machine or the core; what would begin later is missed"
          required
          min={0}
          max={525_600}
          value={draft.lateMinutes}
          onChange={(lateMinutes) => set({ lateMinutes })}
        />
        {view !== undefined && (
          <ParameterFields view={view} texts={draft.texts} error={create.error} onChange={(texts) => set({ texts })} />
        )}
        {create.error !== null && <ProblemAlert title="No schedule was made" message={create.error.message} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create schedule
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type WhereProps = { readonly choice: TargetChoice; readonly onChoose: (target: string) => void }

function Where({ choice, onChoose }: WhereProps) {
  const { target, targets, error, choose, lookAgain } = choice
  return (
    <TargetField
      name="schedule-target"
      label="Where its runs are"
      consequence="A time at which it still is unavailable fails, and is said to."
      {...{ target, targets, error }}
      onChoose={(name) => {
        choose(name)
        onChoose(name)
      }}
      onLookAgain={lookAgain}
    />
  )
}

type OverlapFieldProps = { readonly overlap: Overlap; readonly onChange: (overlap: Overlap) => void }

function OverlapField({ overlap, onChange }: OverlapFieldProps) {
  const choose = (value: string) => {
    const chosen = OVERLAPS.find((it) => it === value)
    if (chosen !== undefined) onChange(chosen)
  }
  return (
    <Radio.Group label="When its last run still goes on" value={overlap} onChange={choose}>
      <Stack gap="xs" mt="xs">
        {(['forbid', 'allow', 'replace'] as const).map((value) => {
          const [label, what] = OVERLAP_WORDS[value]
          return <Radio key={value} value={value} label={`${label} (${value})`} description={what} />
        })}
      </Stack>
    </Radio.Group>
  )
}

type ParameterFieldsProps = {
  readonly view: PipelineView
  readonly texts: Draft['texts']
  readonly error: Error | null
  readonly onChange: (texts: Draft['texts']) => void
}

/** One text a parameter, as the command line takes it; the core reads it by the declared type. */
function ParameterFields({ view, texts, error, onChange }: ParameterFieldsProps) {
  const hints = parameterHints(view)
  if (hints.length === 0) return null
  const problem = isProblem(error) ? error : undefined
  return (
    <Fieldset legend="Parameters of each run">
      <Stack gap="sm">
        {hints.map(({ name, isRequired, hint }) => (
          <TextInput
            key={name}
            label={name}
            description={hint}
            required={isRequired}
            value={texts[name] ?? ''}
            error={faultOf(problem, name)}
            spellCheck={false}
            autoComplete="off"
            onChange={({ currentTarget }) => onChange({ ...texts, [name]: currentTarget.value })}
          />
        ))}
      </Stack>
    </Fieldset>
  )
}
