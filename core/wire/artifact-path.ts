import { Problem } from '#core/base/problem.ts'

/** Bytes of the longest path that is taken. */
const LONGEST = 4_096
/** A name that is still escaped after so many turns hides something. */
const MOST_TURNS = 10
const SCHEME = 'mlflow-artifacts:'

/**
 * A path of artifacts, as it came after it was decoded once: `/` between names, doubled and trailing `/` and `.` taken
 * out; '' for the root of all. It leads nowhere else, also where a reader decodes it again and again. `%` and `#`
 * are signs as any other: clients name images `train#loss%step%23%timestamp%…`. Throws Problem `tracking_invalid`, "Invalid path…".
 */
export function artifactPath(given: string): string {
  const names = given.split('/').filter((name) => name !== '' && name !== '.')
  const path = `${given.startsWith('/') ? '/' : ''}${names.join('/')}`
  const fault = faultOf(path)
  if (fault !== undefined) throw new Problem('tracking_invalid', `Invalid path: it ${fault}`)
  return path
}

function faultOf(path: string): string | undefined {
  if (!path.isWellFormed()) return 'is not valid Unicode: name the file otherwise'
  if (Buffer.byteLength(path) > LONGEST) return `has more than ${LONGEST} bytes: give it a shorter one`
  if (/\p{Cc}/u.test(path)) return 'has a control character: name the file otherwise'
  const forms = readings(path)
  if (forms === undefined) return `is escaped more than ${MOST_TURNS} times: send it escaped once`
  if (forms.some(leadsElsewhere))
    return 'leads elsewhere, by .., a \\, a drive or as an absolute one: go down from the root'
  return undefined
}

function leadsElsewhere(path: string): boolean {
  return /^[a-z]:/i.test(path) || path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')
}

/** The path, and what it becomes each time that it is decoded; undefined where there is no end to it. */
function readings(path: string): readonly string[] | undefined {
  const forms = [path]
  for (let turn = 0; turn <= MOST_TURNS; turn += 1) {
    const last = forms.at(-1) ?? ''
    const next = decodeOnce(last)
    if (next === last) return forms
    forms.push(next)
  }
  return undefined
}

/** As MLflow's clients decode: what is no escape stays, bytes that are not UTF-8 become U+FFFD. */
function decodeOnce(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

/**
 * How MLflow's clients call a path after they listed it: they decode it until nothing changes, and escape control
 * characters again. They ask for the file by this.
 */
export function clientsName(path: string): string {
  const last = readings(path)?.at(-1) ?? path
  // oxlint-disable-next-line no-control-regex -- these are what is escaped
  return last.replaceAll(/[\u0000-\u001F\u007F]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/**
 * The path that an artifact URI of ours names: `0/RUN/artifacts` of `mlflow-artifacts:/0/RUN/artifacts`, with or without
 * a host. Throws Problem `tracking_invalid` for the URI of another store, which is not read here.
 */
export function artifactRoot(uri: string): string {
  if (!uri.startsWith(SCHEME)) {
    throw new Problem('tracking_invalid', `The artifacts lie at ${uri}, which this server does not read: open it there`)
  }
  const path = uri.slice(SCHEME.length).replace(/^\/\/[^/]*/, '')
  // Clients would read what follows as a fragment.
  if (path.includes('#'))
    throw new Problem('tracking_invalid', 'Invalid path: a URI has no #: name the place otherwise')
  return artifactPath(path.replace(/^\/+/, ''))
}

/** A path below a folder, which is checked as such: it cannot leave the folder. */
export function artifactBelow(folder: string, path: string): string {
  return [folder, artifactPath(path)].filter(Boolean).join('/')
}
/** The path of artifacts behind an address, decoded once. Throws Problem `tracking_invalid` where it is not UTF-8. */
export function decodePath(sent: string): string {
  const escaped = sent.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  try {
    // Node gives each byte of an address as a sign of its own.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(escaped, 'latin1'))
  } catch (cause) {
    throw new Problem('tracking_invalid', 'Invalid path: it is not UTF-8: name the file otherwise', { cause })
  }
}
