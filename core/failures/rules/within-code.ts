/** A path as it is in the folder of the code; as it is where that does not hold it. */
export function withinCode(file: string, codeFolder: string | null): string {
  return codeFolder !== null && file.startsWith(`${codeFolder}/`) ? file.slice(codeFolder.length + 1) : file
}
