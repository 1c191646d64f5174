import { Alert, Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus, TriangleAlert } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import type { NewToken as MadeToken } from '#core/contract/access.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Copy } from '#renderer/ui/copy.tsx'

/** Makes a token by a name, and shows it this once. */
export function NewToken() {
  const client = useClient()
  const cache = useQueryClient()
  const [name, setName] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const create = useMutation({
    mutationFn: () => client.createToken({ name: name.trim() }),
    onSuccess: async () => {
      setName('')
      await cache.invalidateQueries({ queryKey: ['access'] })
    },
    // The secret is not to be kept longer than it is shown.
    gcTime: 0,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  const close = () => {
    create.reset()
    field.current?.focus()
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-start" gap="sm">
        <TextInput
          ref={field}
          label="Name of a new token"
          description="For whom it is"
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          error={create.error?.message}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maw={420}
        />
        <Button type="submit" mt={46} leftSection={<Plus size={16} aria-hidden />} loading={create.isPending}>
          Make token
        </Button>
      </Group>
      <ShownOnce token={create.data} onClose={close} />
    </form>
  )
}

type ShownProps = { readonly token: MadeToken | undefined; readonly onClose: () => void }

/** Not closed by a slip: what is in it is not to be had again. */
function ShownOnce({ token, onClose }: ShownProps) {
  return (
    <Modal
      opened={token !== undefined}
      onClose={onClose}
      title={`The token ${token?.name ?? ''}`}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      returnFocus={false}
    >
      <Stack>
        <Alert color="orange" variant="default" icon={<TriangleAlert size={18} aria-hidden />} title="Shown this once">
          Copy it now to where it is used. Whoever has it can run commands as you on this machine: keep it like a
          password.
        </Alert>
        <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {token?.token}
        </Code>
        <Text size="sm">
          It goes into the header <Code>Authorization: Bearer …</Code>
        </Text>
        <Group justify="flex-end">
          <Copy text={token?.token ?? ''} what="the token" isWide />
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
