import { Problem } from '#core/base/problem.ts'

const DISK_FULL = /no space left on device|disk quota exceeded/i
const RATE = /toomanyrequests|too many requests|rate limit/i
const PLATFORM =
  /no matching manifest for|does not match the (specified|detected) (host )?platform|no image found in (manifest list|image index)/i
const PERHAPS_PRIVATE = /repository does not exist or may require|insufficient_scope|may require 'docker login'/i
const LOGIN =
  /unauthori[sz]ed|authentication required|no basic auth credentials|denied|incorrect username or password|\b401\b|\b403\b/i
const NETWORK =
  /dial tcp|no such host|i\/o timeout|connection re(fused|set)|Client\.Timeout|TLS handshake|x509|proxyconnect|context deadline exceeded|HTTP response to HTTPS client|\bEOF\b|server misbehaving|network is unreachable|no route to host|received unexpected HTTP status: 5|fetch failed/i
const MISSING =
  /manifest unknown|not found|name unknown|no such image|does not exist|invalid reference|invalid repository|\b404\b/i

/** Whether the words of an engine or a registry tell of an image that cannot be had, as opposed to a failed command. */
export function isAboutImages(text: string): boolean {
  const about = /manifest (for|unknown)|pull access denied|no matching manifest|toomanyrequests|(Get|Head) "https?:\/\//
  return about.test(text) || PERHAPS_PRIVATE.test(text)
}

type About = { readonly reference: string; readonly host: string; readonly cause?: unknown }

/** The Problem that the words of an engine or a registry stand for when an image was asked of it. */
export function imageProblem(text: string, about: About): Problem {
  const { reference, host } = about
  const extra = { details: text, cause: about.cause }
  if (DISK_FULL.test(text)) return diskFull(text, about)
  if (RATE.test(text)) return tooOften(text, about)
  if (PLATFORM.test(text)) return new Problem('image_platform', platformMessage(text, reference), extra)
  if (PERHAPS_PRIVATE.test(text)) {
    const message = `the image ${reference} does not exist at ${host}, or only those who are logged in see it: correct its name, or run "docker login${loginHost(host)}"`
    return new Problem('image_unavailable', message, extra)
  }
  if (NETWORK.test(text)) return unreachable(text, about)
  if (LOGIN.test(text)) return loginProblem(text, about)
  if (MISSING.test(text)) {
    const message = `the image ${reference} does not exist at ${host}: correct its name or tag, or push it there`
    return new Problem('image_unavailable', message, extra)
  }
  const fix = `correct its name, or see what "docker pull ${reference}" says`
  return new Problem(
    'image_unavailable',
    `the image ${reference} cannot be had from ${host} (${firstLine(text)}): ${fix}`,
    extra,
  )
}

function diskFull(text: string, { reference, cause }: About): Problem {
  const fix = 'free space there (docker system df shows what takes it), then try again'
  const message = `the image ${reference} could not be pulled, the disk of the container engine is full: ${fix}`
  return new Problem('disk_full', message, { details: text, cause })
}

function tooOften(text: string, { host, cause }: About): Problem {
  const message = `${host} allows no more pulls for now: wait, or log in with "docker login${loginHost(host)}"`
  return new Problem('network_unavailable', message, { details: text, cause })
}

/** Where a registry wants to know who asks, or does not let that one in. */
export function loginProblem(text: string, { reference, host, cause }: About): Problem {
  const message = `the registry ${host} asks for a login to give ${reference}: run "docker login${loginHost(host)}" with an account that may read it`
  return new Problem('image_login', message, { details: text, cause })
}

function unreachable(text: string, { reference, host, cause }: About): Problem {
  const fix = 'look at the network, the proxy and the certificates of the container engine, then try again'
  const message = `the registry ${host} of ${reference} cannot be reached (${firstLine(text)}): ${fix}`
  return new Problem('network_unavailable', message, { ...moreThanOneLine(text), cause })
}

function platformMessage(text: string, reference: string): string {
  const [, platform] = /no matching manifest for ([\w/]+)/.exec(text) ?? []
  const where = platform === undefined ? 'the platform of the container engine' : `${platform}, which the engine runs`
  return `the image ${reference} has no build for ${where}: choose another image, or build it for that platform too`
}

function loginHost(host: string): string {
  return host === 'docker.io' ? '' : ` ${host}`
}

/** Details that say what the message has already are left out. */
function moreThanOneLine(text: string): { details?: string } {
  return text.trim().includes('\n') ? { details: text } : {}
}

/** Without the status that the library puts in front, which tells the kinds apart and people nothing. */
function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.replace(/^\(HTTP code \d+\) [^-]*- /, '')
}
