import { parseImageReference } from '#core/base/image-reference.ts'
import { KIND_RANGE } from '../kind/index.ts'
import { error, info, ofFact, ok, together, warning, type CheckInput, type Finding } from './finding.ts'

/** kind works by the command of the engine. */
export function command({ facts: { command: found } }: CheckInput): Finding {
  const { name, path } = found
  if (path === undefined) {
    return error(`there is no ${name} on PATH, which kind calls`, `install the ${name} command, or add it to PATH`)
  }
  if (!path.startsWith('/snap/')) return ok(path)
  const fix = 'install Docker from its own packages where creating fails'
  return warning(`${path} is a snap, which sees neither /tmp nor hidden folders`, fix)
}

export function kind({ form, facts }: CheckInput): Finding {
  return ofFact(facts.kind, ({ tool, unfit, pinned, canDownload }) => {
    const others = unfit.map(({ path, version }) => `${path} is ${version}`).join(', ')
    if (tool !== undefined) return ok(`${tool.version} at ${tool.path}`)
    const found = unfit.length === 0 ? 'kind is not on PATH' : `no kind that fits (${KIND_RANGE}) is on PATH, ${others}`
    if (!canDownload) return error(found, `install kind ${pinned}: there is no pinned download for this machine`)
    const { kindRelease: release } = facts
    const from = release === undefined ? '' : ` from ${release.url} (sha256 ${release.sha256})`
    if (form.download) return info(`${found}; ${pinned} is downloaded${from}`)
    return error(found, `allow the download of kind ${pinned}, or install it`)
  })
}

/** Images of nodes that kind makes say so. */
const NODE_MARK = ['container', 'docker'] as const

export function nodeImage({ facts }: CheckInput): Finding {
  const { reference } = facts.nodeImage
  const parsed = parseImageReference(reference)
  if (parsed === undefined) {
    return error(`"${reference}" is not the name of an image`, 'write it as in kindest/node:v1.34.0@sha256:…')
  }
  const isKinds = parsed.repository === 'kindest/node'
  const pin = 'add the @sha256:… that the release notes of kind name'
  const loose = parsed.digest === undefined && isKinds
  return together([
    loose ? warning(`${reference} has no digest: it may be another image tomorrow`, pin) : ok(reference),
    presence(facts),
  ])
}

function presence({ engine, nodeImage: { reference, image } }: CheckInput['facts']): Finding {
  if ('unknown' in image) return info(`whether the engine has ${reference} is not known: ${image.unknown}`)
  if (image.value === undefined) return ok('it is pulled')
  const { platform, env } = image.value
  if ('value' in engine && platform !== engine.value.platform) {
    return error(`${reference} is for ${platform}`, `name one for ${engine.value.platform}`)
  }
  if (env[NODE_MARK[0]] === NODE_MARK[1]) return ok('it is there')
  return warning(
    `${reference} does not look like an image of nodes`,
    'name one that was built by kind, as kindest/node',
  )
}

/** The form's own file for kind. */
export function config({ form, facts }: CheckInput): Finding {
  if (facts.config === undefined) return ok('none')
  const { path, content } = facts.config
  if ('fault' in content) return error(content.fault, `put ${path} right, or leave it out`)
  const nodes = content.value.nodes ?? []
  const planes = nodes.filter(({ role }) => role === 'control-plane').length
  if (planes > 1) return error(`${path} asks for ${planes} control planes`, 'leave one, and make the others workers')
  if (planes === 0 && nodes.length > 0) return error(`${path} names no control plane`, 'give one node that role')
  const named = content.value['name']
  if (typeof named !== 'string' || named === form.name) return ok(path)
  return info(`${path} names the cluster ${named}; it is made as ${form.name}`)
}
