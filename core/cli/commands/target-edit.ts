import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ClusterTargetView } from '#core/contract/cluster-targets.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { credentialsOf, keepCredentials, refuseMixedFlags } from '#core/cli/target-credentials.ts'
import {
  checkedProfile,
  isDraft,
  readDraft,
  usualKubeconfig,
  withFlags,
  type Draft,
  type ProfileFlags,
} from '#core/cli/target-profile.ts'
import { plainText } from '#core/cli/text.ts'

/** `minisub target add NAME`. Credentials are the last that is asked for, when all else is right. */
export async function addTargetCommand(name: string, flags: ProfileFlags, context: Context): Promise<number> {
  refuseMixedFlags(flags)
  const client = await connect(context.home)
  await refuseTaken(client, name)
  const base = flags.from === undefined ? await usualDraft(client, flags) : await readDraft(flags.from)
  const draft = withFlags(base, flags)
  if (flags.from === undefined) requireFlags(draft)
  const wanted = credentialsOf(name, draft, flags)
  const profile = checkedProfile(wanted.draft, flags.from)
  const kept = await keepCredentials(client, wanted.missing, flags)
  if (kept === undefined) return EXIT.cancelled
  const target = await kept.orBack(() => client.addTarget({ name, profile }))
  return told(target, `added ${name}: check it with \`minisub target test ${name}\``, context)
}

/** `minisub target edit NAME`. */
export async function editTargetCommand(name: string, flags: ProfileFlags, context: Context): Promise<number> {
  refuseMixedFlags(flags)
  if (Object.keys(flags).every((flag) => flag === 'json')) {
    throw new Problem(
      'usage',
      'nothing to change was named: give a flag or --from FILE, see minisub target edit --help',
    )
  }
  const client = await connect(context.home)
  const before = await client.showTarget({ name })
  const draft = withFlags(flags.from === undefined ? before.profile : await readDraft(flags.from), flags)
  const wanted = credentialsOf(name, draft, flags)
  const profile = checkedProfile(wanted.draft, flags.from)
  const kept = await keepCredentials(client, wanted.missing, flags)
  if (kept === undefined) return EXIT.cancelled
  const target = await client.editTarget({ name, profile })
  return told(target, `changed ${name}: check it with \`minisub target test ${name}\``, context)
}

async function told(target: ClusterTargetView, line: string, context: Context): Promise<number> {
  await (context.json ? printJson(target) : print(`${plainText(line)}\n`))
  return EXIT.succeeded
}

/** Before credentials are asked for or written. */
async function refuseTaken(client: Client, name: string): Promise<void> {
  const { targets } = await client.listClusterTargets()
  if (!targets.some((target) => target.name === name)) return
  throw new Problem('conflict', `there is a target ${name}: change it with \`minisub target edit ${name}\``)
}

/** What kubectl would use in this shell. */
async function usualDraft(client: Client, flags: ProfileFlags): Promise<Draft> {
  const kubeconfig = flags.kubeconfig === undefined ? usualKubeconfig() : withFlags({}, flags)['kubeconfig']
  const paths = Array.isArray(kubeconfig) ? kubeconfig.map(String) : []
  const { contexts } = await client.listKubeContexts({ kubeconfig: paths.join(':') })
  const context = contexts.find(({ name, isCurrent }) =>
    flags.context === undefined ? isCurrent : name === flags.context,
  )
  return {
    kubeconfig: paths,
    ...(context === undefined ? {} : { context: context.name }),
    namespace: context?.namespace ?? 'default',
    serviceAccount: 'default',
  }
}

function requireFlags(draft: Draft): void {
  const artifacts = isDraft(draft['artifacts']) ? draft['artifacts'] : {}
  const missing = [
    ...(['context', 'registry'] as const).filter((key) => draft[key] === undefined),
    ...(['endpoint', 'bucket'] as const).filter((key) => artifacts[key] === undefined),
  ].map((key) => `--${key}`)
  if (missing.length === 0) return
  throw new Problem('usage', `${missing.join(', ')} must be given, or all of it with --from FILE`)
}
