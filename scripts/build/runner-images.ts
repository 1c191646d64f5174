import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RUNNER_BUNDLE } from './bundle-runner.ts'

const DOCKERFILE = join(import.meta.dirname, '..', '..', 'resources', 'images', 'runner', 'Dockerfile')
const BASE = 'node:24-slim'

export const PLATFORMS: readonly string[] = ['linux/amd64', 'linux/arm64']

/** 12 hex digits that stand for the runner: its bundle and its Dockerfile. Core names the same. */
export function runnerMark(): string {
  const sum = createHash('sha256').update(readFileSync(RUNNER_BUNDLE)).update(readFileSync(DOCKERFILE, 'utf8'))
  return sum.digest('hex').slice(0, 12)
}

/** Builds the runner's image for a platform with the docker CLI and returns its tag. Throws an Error of one sentence. */
export function buildRunnerImage(platform: string): string {
  if (!PLATFORMS.includes(platform)) throw new Error(`there is no runner for it: take ${PLATFORMS.join(' or ')}`)
  const tag = `minisub-runner:${runnerMark()}-${platform.replaceAll('/', '-')}`
  const before = docker('image', 'inspect', '--format', '{{.Id}}', BASE)
  try {
    haveBase(platform)
    return buildFromBase(platform, tag)
  } finally {
    // a pull for another platform took the name away from what was here
    if (before.status === 0) docker('tag', before.output.trim(), BASE)
  }
}

function buildFromBase(platform: string, tag: string): string {
  const context = mkdtempSync(join(tmpdir(), 'minisub-runner-'))
  try {
    copyFileSync(DOCKERFILE, join(context, 'Dockerfile'))
    copyFileSync(RUNNER_BUNDLE, join(context, 'runner.mjs'))
    const label = `minisub.runner=${runnerMark()}`
    const { status, output } = docker('build', '--platform', platform, '--label', label, '--tag', tag, context)
    if (status !== 0) throw new Error(`the runner's image for ${platform} cannot be built: ${lastLine(output)}`)
    return tag
  } finally {
    rmSync(context, { recursive: true })
  }
}

/** Takes the base from the engine where it is there for this platform, else pulls it. */
function haveBase(platform: string): void {
  const found = docker('image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', BASE)
  if (found.status === 0 && found.output.trim() === platform) return
  const { status, output } = docker('pull', '--quiet', '--platform', platform, BASE)
  if (status === 0) return
  throw new Error(`the base ${BASE} is not here for ${platform} and cannot be pulled: ${lastLine(output)}`)
}

function docker(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' })
  if (error !== undefined) throw new Error(`the docker command cannot be started (${error.message}): install its CLI`)
  return { status, output: status === 0 ? stdout : stderr }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
