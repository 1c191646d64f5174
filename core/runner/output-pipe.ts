import { spawnSync } from 'node:child_process'
import { constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startFault } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'

/** A pipe: what is written to one descriptor is read from the other, which never blocks. */
export type OutputPipe = { readonly reading: number; readonly writing: number }

/** Where pipes can have a name for a moment: in memory in every container, else where files are temporary. */
const PLACES = ['/dev/shm', tmpdir()]

/**
 * Two pipes, for stdout and stderr of a command. Node itself would give it sockets, which cannot be opened again as
 * `/dev/stdout` and `/dev/stderr`. Throws Problem `system_busy`, and an Error where no folder can be written.
 */
export function makeOutputPipes(): readonly [OutputPipe, OutputPipe] {
  const folder = makeFolder()
  try {
    const paths = [join(folder, 'stdout'), join(folder, 'stderr')] as const
    makeFifos(paths)
    return [openFifo(paths[0]), openFifo(paths[1])]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function makeFolder(): string {
  for (const place of PLACES) {
    try {
      return mkdtempSync(join(place, 'minisub-'))
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error
    }
  }
  throw new Error(`none of the folders ${PLACES.join(' and ')} can be written`)
}

/** Mode 0666, so that a command that gave up its rights may open /dev/stdout still. */
function makeFifos(paths: readonly string[]): void {
  const [program, ...args] = mkfifoCommand()
  const { status, stderr, error } = spawnSync(program, [...args, '-m', '666', ...paths], { encoding: 'utf8' })
  if (status === 0) return
  throw startFault(systemCode(error), error) ?? new Error(`mkfifo failed: ${error?.message ?? stderr.trim()}`)
}

/** The one that lies beside the runner is started as the runner was: by its loader, which is what `execPath` names then. */
function mkfifoCommand(): [string, ...string[]] {
  const folder = import.meta.dirname
  const own = join(folder, 'bin', 'mkfifo')
  if (!existsSync(own) || dirname(process.execPath) !== join(folder, 'lib')) return ['mkfifo']
  return [process.execPath, '--inhibit-cache', '--library-path', dirname(process.execPath), own]
}

/** The reader comes first and does not wait for a writer; then the writer finds it there. */
function openFifo(path: string): OutputPipe {
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return { reading, writing: openSync(path, constants.O_WRONLY) }
}
