import { useClient } from '#renderer/data/client-context.ts'
import { FileView } from '#renderer/ui/look/file-view.tsx'
import { contentAddress, type ArtifactAddress } from './artifact.ts'

type ArtifactFileProps = {
  readonly file: ArtifactAddress & { readonly name: string; readonly size: number; readonly sha256: string }
}

/** The content of a file that a step left. */
export function ArtifactFile({ file }: ArtifactFileProps) {
  const client = useClient()
  const { run, step, item, output, path, size, sha256 } = file
  const address = { run, step, output, path, ...(item === null ? {} : { item }) }
  return (
    <FileView
      file={{
        name: path === '' ? output : path,
        size,
        read: (range, signal) => client.readArtifact(address, { range, signal }),
      }}
      href={contentAddress(file)}
      // What has this sha256 stays as it is.
      cacheKey={['run', run, 'content', sha256, file.name]}
    />
  )
}
