import { Button } from '@mantine/core'
import { Download } from 'lucide-react'
import { contentAddress, type ArtifactAddress } from './artifact.ts'

/** Saves a file by the browser itself, whatever its size. */
export function SaveLink({ address, name }: { readonly address: ArtifactAddress; readonly name: string }) {
  return (
    <Button
      component="a"
      href={contentAddress(address)}
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
