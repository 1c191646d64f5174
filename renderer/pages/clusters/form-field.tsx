import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { TextKey } from './form-draft.ts'
import type { FormState } from './use-cluster-form.ts'

type FieldProps = {
  readonly form: FormState
  readonly field: TextKey
  readonly label: string
  readonly help: ReactNode
  readonly isRequired?: boolean
  readonly isNumber?: boolean
  readonly placeholder?: string
}

/** A text of the form with its fault; empty, it stands for what the placeholder says. */
export function FormField({ form, field, label, help, isRequired = false, isNumber = false, placeholder }: FieldProps) {
  return (
    <TextInput
      name={field}
      label={label}
      description={help}
      withAsterisk={isRequired}
      aria-required={isRequired}
      value={form.draft.texts[field] ?? ''}
      error={form.faults.get(field)}
      autoComplete="off"
      spellCheck={false}
      {...(isNumber ? { inputMode: 'numeric' as const } : {})}
      {...(placeholder === undefined ? {} : { placeholder })}
      onChange={({ currentTarget }) => form.type(field, currentTarget.value)}
    />
  )
}
