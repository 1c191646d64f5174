import { Button } from '@mantine/core'
import { Download } from 'lucide-react'
import type { ParityCertificate } from '#core/contract/parity.ts'
import { saveBlob } from '#renderer/ui/save-blob.ts'
import { fileName } from './words.ts'

/** Saves the certificate as a file, which anybody can check with `minisub verify --certificate`. */
export function SaveCertificate({ certificate }: { readonly certificate: ParityCertificate }) {
  const save = () => {
    const blob = new Blob([`${JSON.stringify(certificate, null, 2)}\n`], { type: 'application/json' })
    saveBlob(blob, fileName(certificate))
  }
  return (
    <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={save}>
      Save the certificate
    </Button>
  )
}
