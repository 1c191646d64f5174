import { NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { textOf, type CredentialKey, type TextKey } from './draft.ts'
import type { FormState } from './use-target-form.ts'

type FieldProps = {
  readonly form: FormState
  readonly field: TextKey
  readonly label: string
  readonly help: ReactNode
  readonly isRequired?: boolean
  readonly placeholder?: string
}

/** What all fields of the form have in common: their text, their fault, and where a fault finds them. */
function common({ form, field, label, help, isRequired = false }: FieldProps) {
  return {
    name: field,
    label,
    description: help,
    withAsterisk: isRequired,
    'aria-required': isRequired,
    value: textOf(form.draft, form.defaults, field),
    error: form.faults.get(field),
    autoComplete: 'off',
    spellCheck: false,
  }
}

/** A text in one line. */
export function TextField(props: FieldProps) {
  const { form, field, placeholder } = props
  return (
    <TextInput
      {...common(props)}
      {...(placeholder === undefined ? {} : { placeholder })}
      onChange={({ currentTarget }) => form.type(field, currentTarget.value)}
    />
  )
}

/** A text of one thing a line. */
export function LinesField(props: FieldProps) {
  const { form, field, placeholder } = props
  return (
    <Textarea
      {...common(props)}
      {...(placeholder === undefined ? {} : { placeholder })}
      autosize
      minRows={1}
      maxRows={8}
      onChange={({ currentTarget }) => form.type(field, currentTarget.value)}
    />
  )
}

type ChoiceProps = FieldProps & {
  readonly choices: readonly { readonly value: string; readonly label: string }[]
}

/** One of some; what the field has is among them, whether or not it is offered. */
export function ChoiceField({ choices, ...props }: ChoiceProps) {
  const { form, field, placeholder } = props
  const value = textOf(form.draft, form.defaults, field)
  const isKnown = choices.some((it) => it.value === value)
  const first = isKnown
    ? []
    : [{ value, label: value === '' ? (placeholder ?? 'Choose one') : `${value} (not there now)` }]
  return (
    <NativeSelect
      {...common(props)}
      data={[...first, ...choices]}
      onChange={({ currentTarget }) => form.type(field, currentTarget.value)}
    />
  )
}

type ValueProps = {
  readonly form: FormState
  readonly field: CredentialKey
  readonly label: string
  readonly help: string
}

/** A value that is kept as a secret and shown to nobody again. */
export function ValueField({ form, field, label, help }: ValueProps) {
  return (
    <PasswordInput
      name={field}
      label={label}
      description={help}
      withAsterisk
      aria-required
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed' }}
      // The field of a password says it to nobody by itself.
      aria-invalid={form.faults.has(field) || undefined}
      value={form.draft.values[field]}
      error={form.faults.get(field)}
      onChange={({ currentTarget }) => form.typeValue(field, currentTarget.value)}
    />
  )
}
