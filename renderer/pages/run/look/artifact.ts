import { ArtifactView } from '#core/contract/run.ts'
import { API_PREFIX } from '#core/contract/http.ts'

/** One file of an output: `path` is empty where the output is the file. */
export type ArtifactAddress = {
  readonly run: string
  readonly step: string
  readonly item: number | null
  readonly output: string
  readonly path: string
}

/** The file or folder that an output is; undefined for a value, whatever it looks like. */
export function artifactOf(value: unknown, { run, step, item, output }: Omit<ArtifactAddress, 'path'>) {
  const read = ArtifactView.safeParse(value)
  const key = ['runs', run, step, output, ...(item === null ? [] : [item])].join('/')
  return read.success && read.data.key === key ? read.data : undefined
}

/** Where the browser saves a file from. */
export function contentAddress({ run, step, item, output, path }: ArtifactAddress): string {
  const query = new URLSearchParams()
  if (item !== null) query.set('item', String(item))
  if (path !== '') query.set('path', path)
  const text = query.toString()
  return `${API_PREFIX}/runs/${run}/steps/${step}/outputs/${output}/content${text === '' ? '' : `?${text}`}`
}
