import { Button } from '@mantine/core'
import { Download } from 'lucide-react'

/** Saves a file by the browser itself, whatever its size. */
export function SaveLink({ href, name }: { readonly href: string; readonly name: string }) {
  return (
    <Button
      component="a"
      href={href}
      download={name}
      size="compact-xs"
      variant="default"
      leftSection={<Download size={14} aria-hidden />}
      aria-label={`Save ${name}`}
    >
      Save
    </Button>
  )
}
