import { Button, Code, Group, PasswordInput, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import { SECRET_NAME, SECRET_NAME_LENGTH, type SecretRow } from '#core/contract/secrets.ts'
import { useClient } from '#renderer/data/client-context.ts'

const NAME_FAULT = 'Letters and digits, inside also ., _ and -'
const LINES_FAULT = 'This has several lines, which this field cannot keep apart: use the command line'
const EMPTY = { name: '', key: '', value: '' }

/** Keeps a value under a name and a key. The field of the value is empty afterwards, and is never filled. */
export function NewSecret({ secrets }: { readonly secrets: readonly SecretRow[] }) {
  const first = useRef<HTMLInputElement>(null)
  const [draft, setDraft] = useState(EMPTY)
  const save = useSave(draft, () => {
    setDraft({ ...EMPTY, name: draft.name })
    first.current?.focus()
  })
  const [nameFault, keyFault] = [faultOf(draft.name), faultOf(draft.key)]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (nameFault === undefined && keyFault === undefined) save.mutate()
  }
  const isThere = secrets.some(({ name, key }) => name === draft.name && key === draft.key)
  const common = { required: true, maxLength: SECRET_NAME_LENGTH, autoComplete: 'off', spellCheck: false }
  return (
    <form onSubmit={submit} aria-label="New secret">
      <Group align="flex-start" gap="sm">
        <TextInput
          {...common}
          ref={first}
          label="Secret"
          value={draft.name}
          error={nameFault}
          onChange={({ currentTarget: { value } }) => setDraft({ ...draft, name: value })}
        />
        <TextInput
          {...common}
          label="Key"
          value={draft.key}
          error={keyFault}
          onChange={({ currentTarget: { value } }) => setDraft({ ...draft, key: value })}
        />
        <ValueField
          value={draft.value}
          fault={save.error?.message}
          onChange={(value) => setDraft({ ...draft, value })}
        />
        <Button type="submit" mt={25} leftSection={<KeyRound size={16} aria-hidden />} loading={save.isPending}>
          {isThere ? 'Replace value' : 'Save secret'}
        </Button>
      </Group>
      <Text size="xs" mt="xs">
        A value of several lines, such as a key file: <Code>minisub secret set NAME KEY &lt; FILE</Code>
      </Text>
    </form>
  )
}

type Draft = typeof EMPTY

/** The value is no variable of the mutation, which would be kept. */
function useSave(draft: Draft, onSaved: () => void) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => client.setSecret(draft),
    onSuccess: async () => {
      onSaved()
      await cache.invalidateQueries({ queryKey: ['secrets'] })
    },
    gcTime: 0,
  })
}

function faultOf(text: string): string | undefined {
  return text === '' || SECRET_NAME.test(text) ? undefined : NAME_FAULT
}

type ValueProps = {
  readonly value: string
  readonly fault: string | undefined
  readonly onChange: (value: string) => void
}

/** A password's field makes one line of what is pasted, and says nothing: here it is refused. */
function ValueField({ value, fault, onChange }: ValueProps) {
  const [hasLines, setLines] = useState(false)
  return (
    <PasswordInput
      label="Value"
      required
      w={280}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed' }}
      value={value}
      error={hasLines ? LINES_FAULT : fault}
      onPaste={(event) => {
        const isLost = /[\r\n]/.test(event.clipboardData.getData('text').replace(/\r?\n$/, ''))
        setLines(isLost)
        if (isLost) event.preventDefault()
      }}
      onChange={({ currentTarget }) => {
        setLines(false)
        onChange(currentTarget.value)
      }}
    />
  )
}
