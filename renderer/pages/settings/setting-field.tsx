import { Button, Code, Group, Radio, Switch, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import { settingChoices, settingFault, type SettingKey, type SettingView } from '#core/contract/settings.ts'
import { useClient } from '#renderer/data/client-context.ts'

type FieldProps = { readonly setting: SettingView; readonly name: SettingKey }

/** One setting with the field of its type, where its value is from, and the way back to the default. */
export function SettingField({ setting, name }: FieldProps) {
  const change = useChange(name)
  const element = useRef<HTMLDivElement>(null)
  const reset = () => {
    change.mutate(undefined)
    // The button goes; its field stays.
    element.current?.querySelector<HTMLElement>('input')?.focus()
  }
  const choices = settingChoices(name)
  const Field = setting.type === 'boolean' ? SwitchField : choices === undefined ? TextField : ChoiceField
  return (
    <div ref={element} role="group" aria-label={name}>
      <Field setting={setting} name={name} change={change} />
      <Group gap="xs" mt={4}>
        <From setting={setting} />
        {setting.source === 'file' && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Reset ${name}`}
            leftSection={<RotateCcw size={12} aria-hidden />}
            loading={change.isPending}
            onClick={reset}
          >
            Reset
          </Button>
        )}
      </Group>
    </div>
  )
}

function From({ setting: { source, variable, default: standard } }: Pick<FieldProps, 'setting'>) {
  if (source === 'default') return <Text size="xs">This is the default.</Text>
  const isEmpty = standard === ''
  return (
    <Text size="xs">
      {source === 'file' ? (
        'From the file.'
      ) : (
        <>
          From the variable <Code>{variable}</Code> of the core, which wins over the file.
        </>
      )}{' '}
      The default is {isEmpty ? 'empty' : <Code>{String(standard)}</Code>}.
    </Text>
  )
}

type Change = ReturnType<typeof useChange>

/** Sets a value, or takes it out of the file where it is given none. */
function useChange(key: SettingKey) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (value: string | boolean | undefined) =>
      value === undefined ? client.unsetSetting({ key }) : client.setSetting({ key, value }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['settings'] }),
  })
}

type InputProps = FieldProps & { readonly change: Change }

function SwitchField({ setting, name, change }: InputProps) {
  const isOn = change.isPending && change.variables !== undefined ? change.variables : setting.value
  return (
    <Switch
      label={name}
      description={setting.description}
      checked={isOn === true}
      disabled={setting.source === 'variable'}
      error={change.error?.message}
      onChange={({ currentTarget }) => change.mutate(currentTarget.checked)}
    />
  )
}

/** One of some texts, which is saved when it is chosen. */
function ChoiceField({ setting, name, change }: InputProps) {
  const chosen = change.isPending && change.variables !== undefined ? change.variables : setting.value
  return (
    <Radio.Group
      label={name}
      description={setting.description}
      value={String(chosen)}
      readOnly={setting.source === 'variable'}
      error={change.error?.message}
      onChange={(value) => change.mutate(value)}
    >
      <Group gap="md" mt="xs">
        {settingChoices(name)?.map((choice) => (
          <Radio key={choice} value={choice} label={choice} disabled={setting.source === 'variable'} />
        ))}
      </Group>
    </Radio.Group>
  )
}

/** What was typed is kept until it is saved, also when the value of the core changes meanwhile. */
function TextField({ setting, name, change }: InputProps) {
  const current = String(setting.value)
  const [typed, setTyped] = useState<string>()
  const [fault, setFault] = useState<string>()
  const text = typed ?? current
  const isChanged = text !== current
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = settingFault(name, text.trim())
    setFault(found)
    if (found === undefined && isChanged) change.mutate(text.trim(), { onSuccess: () => setTyped(undefined) })
  }
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end">
        <TextInput
          label={name}
          description={setting.description}
          placeholder={setting.default === '' ? 'empty' : String(setting.default)}
          maw={520}
          flex="1 1 240px"
          value={text}
          readOnly={setting.source === 'variable'}
          error={fault ?? change.error?.message}
          autoComplete="off"
          spellCheck={false}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value)
            setFault(undefined)
            change.reset()
          }}
        />
        {isChanged && (
          <Button type="submit" loading={change.isPending} aria-label={`Save ${name}`}>
            Save
          </Button>
        )}
      </Group>
    </form>
  )
}
