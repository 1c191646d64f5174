import { useMemo } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import type { ReadableFile } from '#renderer/ui/look/load-content.ts'
import { FileView } from '#renderer/ui/look/file-view.tsx'
import { fileAddress } from './file-address.ts'

type FileProps = { readonly run: string; readonly path: string; readonly size: number }

/** A file of a run, to be read in parts. */
export function useRunFile({ run, path, size }: FileProps): ReadableFile {
  const client = useClient()
  return useMemo(
    () => ({
      name: path,
      size,
      read: (range, signal) => client.readTrackedFile({ run, path }, { range, signal }),
    }),
    [client, run, path, size],
  )
}

/** The content of a file of a run. One that grew is read anew. */
export function RunFile(props: FileProps) {
  const file = useRunFile(props)
  return (
    <FileView
      file={file}
      href={fileAddress(props.run, props.path)}
      cacheKey={['tracked-file', props.run, props.path, props.size]}
    />
  )
}
