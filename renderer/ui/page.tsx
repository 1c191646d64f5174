import { Group, Stack, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useEffect, useRef, type ReactNode } from 'react'

type PageProps = {
  readonly title: string
  /** What stands beside the title: buttons, a status. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** The first page after a load leaves the focus where the browser begins. */
let isFirst = true

/** A page with its one heading, which has the focus after a change of page so that screen readers begin there. */
export function Page({ title, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useDocumentTitle(`${title} · Mini-Submarine`)
  useEffect(() => {
    if (!isFirst) heading.current?.focus({ preventScroll: true })
    isFirst = false
  }, [])
  return (
    <Stack gap="md" className="page">
      <Group justify="space-between" align="center">
        <Title order={1} size="h2" ref={heading} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {actions}
      </Group>
      {children}
    </Stack>
  )
}
