import { ActionIcon, Button, NativeSelect, Switch, Textarea, TextInput, Tooltip } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import { useRef, type FocusEvent } from 'react'
import type { ValueDeclaration } from '#core/contract/definition.ts'
import { allowedText, controlOf, defaultText, type Control } from './form-model.ts'
import classes from './pipelines.module.css'

type FieldProps = {
  readonly name: string
  readonly declaration: ValueDeclaration
  /** The text that the form began with. */
  readonly begin: string | undefined
  /** The text of now; undefined where there is no value. */
  readonly text: string | undefined
  readonly fault: string | undefined
  readonly onChange: (name: string, text: string | undefined) => void
  readonly onLeave: (name: string) => void
}

/** The control of one parameter, with what it allows and the way back to its default. */
export function ParameterField(props: FieldProps) {
  const { name, declaration, begin, text, fault, onChange } = props
  const given = defaultText(declaration)
  const element = useRef<HTMLDivElement>(null)
  // The button that gave the text is gone then.
  const give = (value: string) => {
    onChange(name, value)
    element.current?.querySelector<HTMLElement>('input, select, textarea')?.focus()
  }
  const isEmptyMeant = declaration.type === 'string' && text === undefined && fault !== undefined
  return (
    <div ref={element} className={classes.field}>
      <div className={classes.grow}>
        <Field {...props} control={controlOf(declaration, begin)} />
        {isEmptyMeant && declaration.enum === undefined && (
          <Button mt={4} size="compact-xs" variant="default" onClick={() => give('')}>
            Give {name} the empty text
          </Button>
        )}
      </div>
      {given !== undefined && text !== given && (
        <Tooltip label={`Reset to default: ${short(given)}`}>
          <ActionIcon
            className={classes.reset}
            variant="default"
            aria-label={`Reset ${name} to its default`}
            onClick={() => give(given)}
          >
            <RotateCcw size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  )
}

function Field({ control, ...props }: FieldProps & { readonly control: Control }) {
  const { name, declaration, text, fault, onChange, onLeave } = props
  const given = defaultText(declaration)
  const common = {
    name,
    label: name,
    description: describe(declaration),
    error: fault,
    required: given === undefined,
    'aria-required': given === undefined,
    onBlur: (event: FocusEvent) => {
      if (!isSubmit(event.relatedTarget)) onLeave(name)
    },
  }
  // Without a default an empty field is no value; with one it is the empty text.
  const type = (value: string) => onChange(name, value === '' && given === undefined ? undefined : value)
  switch (control.kind) {
    case 'choice':
      return <Choice {...common} text={text} options={control.options} onChoose={(next) => onChange(name, next)} />
    case 'switch':
      return (
        <Switch
          name={name}
          label={name}
          description={common.description}
          error={fault}
          checked={text === 'true'}
          onChange={(event) => onChange(name, String(event.currentTarget.checked))}
        />
      )
    case 'line':
      return (
        <TextInput
          {...common}
          inputMode={control.inputMode}
          placeholder={given}
          autoComplete="off"
          spellCheck={false}
          value={text ?? ''}
          onChange={(event) => type(event.currentTarget.value)}
        />
      )
    case 'lines':
      return (
        <Textarea
          {...common}
          className={control.isJson ? classes.mono : undefined}
          autosize
          minRows={2}
          maxRows={16}
          spellCheck={false}
          value={text ?? ''}
          onChange={(event) => type(event.currentTarget.value)}
        />
      )
  }
}

type ChoiceProps = {
  readonly name: string
  readonly label: string
  readonly required: boolean
  readonly text: string | undefined
  readonly options: readonly string[]
  readonly onChoose: (text: string | undefined) => void
}

/** The start looks at every field; a sentence that comes up now would move the button away from under the mouse. */
function isSubmit(target: EventTarget | null): boolean {
  return target instanceof HTMLButtonElement && target.type === 'submit'
}

/** Options go by their number, so that the empty text can be one of them. */
function Choice({ text, options, onChoose, ...common }: ChoiceProps) {
  const at = text === undefined ? -1 : options.indexOf(text)
  const data = options.map((option, index) => ({ value: String(index), label: option === '' ? '(empty)' : option }))
  // A value of an earlier run may be none of the options any more.
  const none = { value: '-1', label: text === undefined ? 'Choose …' : `${short(text)} (no longer allowed)` }
  return (
    <NativeSelect
      {...common}
      value={String(at)}
      data={at === -1 ? [none, ...data] : data}
      onChange={(event) => onChoose(options[Number(event.currentTarget.value)])}
    />
  )
}

function describe(declaration: ValueDeclaration): string {
  const given = defaultText(declaration)
  const allowed = declaration.enum === undefined ? allowedText(declaration) : 'one of the list'
  const parts = [declaration.description, allowed, given === undefined ? undefined : `default ${short(given)}`]
  return parts.filter((part) => part !== undefined && part !== '').join(' · ')
}

function short(text: string): string {
  if (text === '') return '(empty)'
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}
