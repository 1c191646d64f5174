import { Group, Loader, Text } from '@mantine/core'
import { useTimeout } from '@mantine/hooks'
import { useState } from 'react'

/** What is there sooner needs no sign. */
const PATIENCE_MS = 300

/** Says that something is being fetched, once that takes long enough to be noticed. */
export function Waiting({ what }: { readonly what: string }) {
  const [isLong, setLong] = useState(false)
  useTimeout(() => setLong(true), PATIENCE_MS, { autoInvoke: true })
  if (!isLong) return null
  return (
    <Group gap="sm" role="status" py="md">
      <Loader size="sm" aria-hidden />
      <Text>Reading {what} …</Text>
    </Group>
  )
}
