/** The folder of a file, by the strokes of either system. */
export function folderOf(file: string): string {
  const end = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'))
  return end <= 0 ? file.slice(0, end + 1) : file.slice(0, end)
}
