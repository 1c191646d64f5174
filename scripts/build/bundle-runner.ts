import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Rolldown } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..')

/** Where the bundle lies; core makes the runner's image from it. */
export const RUNNER_BUNDLE = join(ROOT, 'dist', 'runner', 'runner.mjs')

/**
 * Makes the step runner one file that needs nothing but Node: the same bytes from the same sources. The file is replaced
 * in one step, and only where it changes.
 */
export async function bundleRunner(): Promise<Buffer> {
  const bytes = Buffer.from(codeOf(await build(config)))
  if (existsSync(RUNNER_BUNDLE) && readFileSync(RUNNER_BUNDLE).equals(bytes)) return bytes
  const temporary = `${RUNNER_BUNDLE}.${process.pid}`
  mkdirSync(dirname(RUNNER_BUNDLE), { recursive: true })
  writeFileSync(temporary, bytes)
  renameSync(temporary, RUNNER_BUNDLE)
  return bytes
}

const config: Parameters<typeof build>[0] = {
  root: ROOT,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: join(ROOT, 'core', 'runner', 'main.ts'),
    write: false,
    target: 'node24',
    minify: true,
    rolldownOptions: { external: /^node:/, output: { codeSplitting: false } },
  },
}

/** The one file that came of it. */
function codeOf(result: Awaited<ReturnType<typeof build>>): string {
  const outputs = 'output' in result ? result.output : []
  const [chunk, ...others]: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[] = outputs
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('the bundle is not one file')
  const foreign = chunk.imports.filter((name) => !name.startsWith('node:'))
  if (foreign.length > 0)
    throw new Error(`the bundle needs ${foreign.join(', ')}, and in a container there is only Node`)
  return chunk.code
}
