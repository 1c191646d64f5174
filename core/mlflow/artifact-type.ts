const text = (...endings: readonly string[]) => endings.map((ending) => [ending, 'text/plain'] as const)

/** Media types by what follows the last point of a name, or by a whole name that has none. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ...text('txt', 'log', 'err', 'cfg', 'conf', 'cnf', 'cf', 'ini', 'properties', 'prop', 'hocon', 'toml', 'yaml', 'yml'),
  ...text('xml', 'json', 'js', 'py', 'py3', 'csv', 'tsv', 'md', 'rst', 'MLmodel', 'MLproject'),
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['css', 'text/css'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
  ['bmp', 'image/bmp'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['ico', 'image/vnd.microsoft.icon'],
  ['pdf', 'application/pdf'],
  ['zip', 'application/zip'],
  ['tar', 'application/x-tar'],
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/x-wav'],
  ['ogg', 'audio/ogg'],
  ['mp4', 'video/mp4'],
  ['webm', 'video/webm'],
  ['ipynb', 'application/x-ipynb+json'],
])

/** The media type of a file by its name, as MLflow names it; `application/octet-stream` for what is not known. */
export function typeOfArtifact(name: string): string {
  const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : name
  return TYPES.get(ending) ?? TYPES.get(ending.toLowerCase()) ?? 'application/octet-stream'
}
