import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '#core/base/problem.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { Client } from '#core/client/index.ts'
import type { ArtifactRow, RunView } from '#core/contract/run.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { stepRunName } from '#core/cli/plain-lines.ts'
import { columns, counted } from '#core/cli/text.ts'

/** `minisub artifacts RUN`. */
export async function artifactsCommand(
  run: string,
  options: { readonly save?: string },
  context: Context,
): Promise<number> {
  const client = await connect(context.home)
  const view = await client.showRun({ run })
  const { id } = view
  const { artifacts } = await client.listArtifacts({ run: id })
  if (options.save !== undefined) {
    const files = await saveAll(client, view, { artifacts, folder: resolve(options.save) })
    await (context.json
      ? printJson({ run: id, files })
      : print(`saved ${counted(files.length, 'file')} to ${options.save}\n`))
  } else if (context.json) await printJson({ run: id, artifacts })
  else await print(artifactTable(artifacts))
  return EXIT.succeeded
}

function artifactTable(artifacts: readonly ArtifactRow[]): string {
  if (artifacts.length === 0) return 'the run has no outputs yet\n'
  const rows = artifacts.map((row) => [
    stepRunName(row.step, row.item),
    row.output,
    row.type,
    formatBytes(row.size),
    row.sha256.slice(0, 12),
    row.key,
  ])
  return columns([['STEP', 'OUTPUT', 'TYPE', 'SIZE', 'SHA256', 'KEY'], ...rows])
}

type Saving = { readonly artifacts: readonly ArtifactRow[]; readonly folder: string }

/** Saves files and folders as `<step>/<output>`, after a fan-out `<step>/<output>/<index>`, and values as `….json`. */
async function saveAll(client: Client, view: RunView, { artifacts, folder }: Saving): Promise<string[]> {
  const saved: string[] = []
  for (const row of artifacts) {
    const place = { run: view.id, step: row.step, output: row.output, item: row.item ?? undefined }
    const base = join(folder, row.step, row.output, row.item === null ? '' : String(row.item)).replace(/[/\\]$/, '')
    if (row.type === 'value') {
      saved.push(await saveValue(view, row, `${base}.json`))
      continue
    }
    const { files } = await client.listArtifactFiles(place)
    if (row.type === 'folder') await mkdir(base, { recursive: true })
    for (const file of files) {
      const target = file.path === '' ? base : safeJoin(base, file.path)
      await refuseExisting(target)
      await mkdir(dirname(target), { recursive: true })
      const response = await client.readArtifact({ ...place, path: file.path })
      await saveBody(response, target, file)
      saved.push(target)
    }
  }
  return saved
}

async function saveValue(view: RunView, row: ArtifactRow, target: string): Promise<string> {
  const step = view.steps.find((one) => one.name === row.step && (one.item?.index ?? null) === row.item)
  await refuseExisting(target)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, `${JSON.stringify(step?.outputs[row.output])}\n`, { flag: 'wx' }).catch(asProblem(target))
  return target
}

async function saveBody(
  response: Response,
  target: string,
  file: { readonly sha256: string; readonly executable: boolean },
): Promise<void> {
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body)
  await pipeline(
    body,
    hashing,
    createWriteStream(target, { flags: 'wx', mode: file.executable ? 0o755 : 0o644 }),
  ).catch(asProblem(target))
  if (hash.digest('hex') !== file.sha256) {
    throw new Problem(
      'internal',
      `${target} does not hold what the run recorded: its content changed in the artifact store, so do not use it`,
    )
  }
}

function asProblem(target: string): (error: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Problem('disk_full', `the disk that holds ${target} is full: free some space and try again`, { cause })
    }
    throw cause
  }
}

/** A path of a listing below its folder. Throws Problem `forbidden` for one that leads out of it. */
export function safeJoin(folder: string, path: string): string {
  const parts = path.split('/')
  if (isAbsolute(path) || path.includes('\\') || parts.some((part) => part === '..' || part === '.' || part === '')) {
    throw new Problem('forbidden', `the path "${path}" of an output leads out of its folder: it is not saved`)
  }
  return join(folder, ...parts)
}

async function refuseExisting(target: string): Promise<void> {
  const there = await stat(target).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return false
      throw error
    },
  )
  if (there)
    throw new Problem('conflict', `${target} is there already and is not overwritten: name an empty folder with --save`)
}
