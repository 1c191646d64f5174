import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { ProjectFiles, Spec } from './case.ts'

/** The folder of a case, as it was last written. */
export type Project = {
  readonly folder: string
  /** The document. */
  readonly file: string
  /** Text of each file that was written. */
  readonly written: Map<string, string>
}

const DOCUMENT = 'pipeline.yaml'

/** Writes the files of a case and its document, named after it. */
export async function writeProject(
  folder: string,
  name: string,
  { spec, files = {} }: { readonly spec: Spec; readonly files?: ProjectFiles },
): Promise<Project> {
  const project = { folder, file: join(folder, DOCUMENT), written: new Map<string, string>() }
  // Steps of different cases never have the same key.
  await changeProject(project, name, { spec, files: { 'case.txt': `${name}\n`, ...files } })
  return project
}

/** Writes over some files, and the document where a spec is given. */
export async function changeProject(
  project: Project,
  name: string,
  { spec, files = {} }: { readonly spec?: Spec; readonly files?: ProjectFiles },
): Promise<void> {
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name } }
  const document: ProjectFiles = spec === undefined ? {} : { [DOCUMENT]: JSON.stringify({ ...head, spec }, null, 2) }
  for (const [path, content] of Object.entries({ ...files, ...document })) {
    const text = typeof content === 'string' ? content : content.text
    const file = join(project.folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    await chmod(file, typeof content === 'string' ? 0o644 : 0o755)
    project.written.set(path, text)
  }
}

/** What a run changed in the folder that it was started from, in words; undefined where it left it alone. */
export async function projectFault({ folder, written }: Project): Promise<string | undefined> {
  const found = new Set<string>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')
    const text = written.get(path)
    if (text === undefined) return `a run left ${path} in the project's folder`
    if ((await readFile(join(folder, path), 'utf8')) !== text) return `a run changed ${path} in the project's folder`
    found.add(path)
  }
  const gone = [...written.keys()].find((path) => !found.has(path))
  return gone === undefined ? undefined : `a run removed ${gone} from the project's folder`
}
