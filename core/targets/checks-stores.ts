import { failed, type Finding, passed } from '#core/cluster-facts/index.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ObjectStore } from '#core/objects/index.ts'
import { storeOf, orProblem, type Check, type CheckContext } from './check-context.ts'

/** That this machine can use the bucket and the registry. */
export const STORE_CHECKS: readonly Check[] = [
  {
    id: 'bucket',
    title: 'Bucket, from here',
    needs: [],
    fix: 'correct the address, the bucket or the credentials of the target',
    run: checkBucket,
  },
  {
    id: 'registry',
    title: 'Registry, from here',
    needs: [],
    fix: 'correct the registry of the target, or sign in to it with `docker login`',
    run: async ({ profile, deps, signal }) => {
      await deps.checkRegistry(profile.registry, signal)
      return passed(`images may be pushed to ${profile.registry}`)
    },
  },
]

/** What a test writes into the bucket and a pod copies there. */
const PROBE_TEXT = 'minisub target test\n'

/** Keys of what a test makes, by its mark. */
export function probeKeys(mark: string): { readonly input: string; readonly output: string; readonly removed: string } {
  const folder = `.tests/${mark}`
  return { input: `${folder}/input`, output: `${folder}/output`, removed: `${folder}/removed` }
}

/** The object of the input stays for the pod. */
async function checkBucket(context: CheckContext): Promise<Finding> {
  const { profile, deps, opened } = context
  const { accessKey, secretKey, clusterEndpoint: _, ...options } = profile.artifacts
  const credentials = async (): Promise<{ accessKey: string; secretKey: string }> => ({
    accessKey: await valueOf(context, accessKey),
    secretKey: await valueOf(context, secretKey),
  })
  // Before anything is connected to: a secret that is not set is the clearer fault.
  await credentials()
  const store = await deps.openObjectStore({ ...options, credentials })
  opened.store = store
  const { input, output, removed } = probeKeys(opened.mark)
  await firstWrite(context, store)
  await store.put(removed, { bytes: PROBE_TEXT }, { signal: context.signal })
  if (new TextDecoder().decode(await store.read(input)) !== PROBE_TEXT) {
    return failed('an object that was written reads differently', 'look at what is between this machine and the store')
  }
  for await (const object of store.list(`.tests/${opened.mark}/`)) if (object.key === output) break
  await store.remove([removed])
  if ((await store.readIfThere(removed)) === undefined) {
    return passed(`${profile.artifacts.bucket} can be written, read, listed and deleted in`)
  }
  return failed(
    'an object that was deleted is still there',
    'let the credentials delete, and set no lock on the bucket',
  )
}

/** What is made is removed at the end. Where the store took nothing there is nothing to remove, nor to tell of it. */
async function firstWrite({ opened, undo, signal }: CheckContext, store: ObjectStore): Promise<void> {
  const { input, output, removed } = probeKeys(opened.mark)
  let isRefused = false
  undo.defer(async () => {
    if (!isRefused) await store.remove([input, output, removed])
  })
  const stored = await orProblem(() => store.put(input, { bytes: PROBE_TEXT }, { signal }))
  if (!isProblem(stored)) return
  isRefused = true
  throw stored
}

/** The value of a secret of the data folder. Throws Problem `secret_missing`. */
export async function valueOf(
  { deps }: Pick<CheckContext, 'deps'>,
  { secret, key }: { readonly secret: string; readonly key: string },
): Promise<string> {
  const value = await deps.secrets.read(secret, key)
  if (value !== undefined) return value
  const fix = `set it with \`minisub secret set ${secret} ${key}\``
  throw new Problem('secret_missing', `the secret ${secret} has no key ${key} here: ${fix}`)
}

/** Whether the pod has copied the object within the bucket. */
export async function isCopied(context: CheckContext): Promise<boolean> {
  const bytes = await storeOf(context).readIfThere(probeKeys(context.opened.mark).output)
  return bytes !== undefined && new TextDecoder().decode(bytes) === PROBE_TEXT
}
