import { Button, Group, Stack, Text } from '@mantine/core'
import { useRef, type FormEvent } from 'react'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ClusterFields, ImageFields, PodFields } from './cluster-fields.tsx'
import { StoreFields } from './store-fields.tsx'
import { useTargetForm, type FormInput } from './use-target-form.ts'

type FormProps = FormInput & { readonly onCancel: () => void }

/** Everything that a cluster target names. A fault stands at its field, and what was typed stays. */
export function TargetForm({ onCancel, ...input }: FormProps) {
  const form = useTargetForm(input)
  const element = useRef<HTMLFormElement>(null)
  const isNew = input.edited === undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = form.submit()
    const fields = [...(element.current?.querySelectorAll<HTMLInputElement>('[name]') ?? [])]
    fields.find(({ name }) => [...(wrong?.keys() ?? [])].some((key) => key === name))?.focus()
  }
  return (
    <form ref={element} onSubmit={submit} noValidate aria-label={isNew ? 'New cluster target' : 'Cluster target'}>
      <Stack gap="lg" maw={760}>
        <ClusterFields form={form} isNew={isNew} />
        <ImageFields form={form} />
        <StoreFields form={form} />
        <PodFields form={form} />
        {form.rest !== undefined && <ProblemAlert title="It was not saved" message={form.rest} />}
        <Text size="sm">Saving asks no cluster and makes nothing there: what is missing is shown by a test.</Text>
        <Group>
          <Button type="submit" loading={form.isSaving}>
            {isNew ? 'Add target' : 'Save changes'}
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
