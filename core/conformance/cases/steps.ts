import type { Json } from '#core/base/json.ts'
import type { FileEntry, OutputRecord } from '#core/contract/outputs.ts'
import { sha256 } from '#core/files/index.ts'
import { listing, outputText } from '#core/conformance/records.ts'

type Step = Readonly<Record<string, Json | object>>

/** A step that runs a shell script; `$1`, `$2` … are `args`. */
export function sh(script: string, { args = [], ...more }: Step & { readonly args?: readonly Json[] } = {}): Step {
  return { command: ['sh', '-c', script, 'sh', ...args], ...more }
}

/** A step that runs a Python script; `sys.argv[1]` … are `args`. */
export function py(script: string, { args = [], ...more }: Step & { readonly args?: readonly Json[] } = {}): Step {
  return { command: ['python3', '-S', '-c', script, ...args], ...more }
}

/** Writes a text into an output that is one file or a value. The text must be free of quotes. */
export function put(output: string, text: string): string {
  return `printf %s '${text}' > "$MINISUB_OUTPUTS/${output}"`
}

/** A file output with this content in a trace. */
export function file(text: string, executable = false): string {
  return outputText({ kind: 'file', size: Buffer.byteLength(text), executable, sha256: sha256(text) })
}

/** A folder output with these files, `{ path: content }`, in a trace. */
export function folder(texts: Readonly<Record<string, string>>, emptyFolders: readonly string[] = []): string {
  const files: FileEntry[] = Object.entries(texts).map(([path, text]) => ({
    path,
    size: Buffer.byteLength(text),
    executable: false,
    sha256: sha256(text),
  }))
  const size = files.reduce((sum, it) => sum + it.size, 0)
  const record: OutputRecord = { kind: 'folder', size, files, emptyFolders, sha256: listing(files, emptyFolders) }
  return outputText(record)
}
