import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { openTenant } from '#test/support/cluster-tenant.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'

const CONFIG = {
  'current-context': 'lab',
  contexts: [
    { name: 'lab', context: { cluster: 'lab', user: 'ada', namespace: 'ml' } },
    { name: 'other', context: { cluster: 'lab', user: 'ada' } },
  ],
  clusters: [{ name: 'lab', cluster: { server: 'https://127.0.0.1:9' } }],
  users: [{ name: 'ada', user: { token: 'x' } }],
}
const WANTED = ['--registry', 'registry.example/team', '--endpoint', 'https://s3.example', '--bucket', 'artifacts']
const NAMED = ['--access-key', 's3/access', '--secret-key', 's3/secret']

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [['add', 'lab'], '--registry, --endpoint, --bucket must be given, or all of it with --from FILE'],
  [['add', 'lab', ...WANTED], 'the access-key of the bucket is missing: give --access-key SECRET/KEY or'],
  [['add', 'lab', ...WANTED, ...NAMED, '--context', 'none', '--namespace', 'A'], 'namespace: not a namespace'],
  [['add', 'lab', ...WANTED, ...NAMED, '--context', 'othr'], 'has no context othr: did you mean "other"?'],
  [['add', 'docker', ...WANTED, ...NAMED], 'the name docker is taken'],
  [['add', 'lab', ...WANTED, '--access-key', 'x'], '--access-key wants SECRET/KEY'],
  [['add', 'lab', ...WANTED, ...NAMED, '--access-key-env', 'ACCESS'], 'name the same value'],
  [['add', 'lab', ...WANTED, '--access-key-env', 'NONE', '--secret-key-env', 'SECRET'], 'the variable NONE is not set'],
  [['add', 'lab', ...WANTED, ...NAMED, '--label', 'x'], '--label wants key=value and got "x"'],
  [['add', 'lab', ...WANTED, ...NAMED, '--toleration', '{'], '--toleration wants JSON such as'],
  [['add', 'lab', ...WANTED, ...NAMED, '--parallelism', 'many'], 'parallelism: is a whole number'],
  [['add', 'lab', ...WANTED, ...NAMED, '--from', 'none.yaml'], 'there is no file none.yaml'],
  [['edit', 'lab'], 'nothing to change was named'],
  [['edit', 'lab', '--bucket', 'b2b'], 'there is no cluster target "lab"'],
  [['show', 'docker'], 'the target docker is always there and has no profile'],
  [['test', 'none'], 'there is no cluster target "none"'],
  [['delete', 'none', '--yes'], 'there is no cluster target "none"'],
]

let cli: CliSandbox
beforeEach(async () => {
  vi.stubEnv('ACCESS', 'access-value-1')
  vi.stubEnv('SECRET', 'secret-value-2')
  cli = await openCliSandbox()
})
afterEach(async () => {
  await cli[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

/** A kubeconfig in the folder of the sandbox, which KUBECONFIG of the next core and the next command names. */
function kubeconfig(name = 'config', content: string = JSON.stringify(CONFIG)): string {
  const path = join(cli.folder, name)
  writeFileSync(path, content)
  return path
}

describe('minisub target', () => {
  test('adds a target of the current context, keeps the credentials as secrets, shows and lists it', async () => {
    const file = kubeconfig()
    const keys = ['--access-key-env', 'ACCESS', '--secret-key-env', 'SECRET']
    const added = await cli.minisub('target', 'add', 'lab', '--kubeconfig', 'config', ...WANTED, ...keys)
    expect([added.code, added.stdout, added.stderr]).toEqual([
      0,
      'added lab: check it with `minisub target test lab`\n',
      '',
    ])
    const shown = await cli.minisub('target', 'show', 'lab')
    expect(parse(shown.stdout)).toMatchObject({
      kubeconfig: [file],
      context: 'lab',
      namespace: 'ml',
      serviceAccount: 'default',
      artifacts: { accessKey: { secret: 'target-lab', key: 'access-key' }, pathStyle: true },
    })
    expect(shown.stdout).not.toContain('value')
    expect((await cli.minisub('secret', 'list')).stdout).toMatch(/target-lab +access-key[^]*target-lab +secret-key/)
    const list = await cli.minisub('target', 'list')
    expect(list.stdout).toMatch(/^TARGET +CONTEXT[^\n]*\nlab +lab +ml +registry\.example\/team +artifacts\/\n$/)
    const json = await cli.minisub('target', 'show', 'lab', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'lab', digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('edits single fields, takes away what may be absent, and replaces all of it by a file', async () => {
    kubeconfig()
    await cli.minisub('target', 'add', 'lab', '--kubeconfig', 'config', ...WANTED, ...NAMED, '--node-selector', 'a=b')
    const tolerations = ['--toleration', '{"key":"gpu","operator":"Exists"}', '--no-path-style', '--parallelism', '5']
    const edited = await cli.minisub('target', 'edit', 'lab', ...tolerations, '--image-pull-secret', 'pull', '--json')
    expect(JSON.parse(edited.stdout).profile).toMatchObject({
      namespace: 'ml',
      nodeSelector: { a: 'b' },
      tolerations: [{ key: 'gpu', operator: 'Exists' }],
      artifacts: { pathStyle: false, bucket: 'artifacts' },
      imagePullSecret: 'pull',
      parallelism: 5,
    })
    await cli.minisub('target', 'edit', 'lab', '--image-pull-secret', '', '--node-selector', '', '--parallelism', '')
    const shown = await cli.minisub('target', 'show', 'lab')
    expect(parse(shown.stdout)).not.toHaveProperty('imagePullSecret')
    expect(parse(shown.stdout)).toMatchObject({ nodeSelector: {} })
    writeFileSync(join(cli.folder, 'lab.yaml'), shown.stdout.replace('namespace: ml', 'namespace: other'))
    expect((await cli.minisub('target', 'edit', 'lab', '--from', 'lab.yaml')).code).toBe(0)
    expect((await cli.minisub('target', 'show', 'lab')).stdout).toBe(shown.stdout.replace(': ml', ': other'))
    expect((await cli.minisub('target', 'add', 'two', '--from', 'lab.yaml')).code).toBe(0)
  })

  test('deletes a target with the secret that was made for it, after a yes', async () => {
    kubeconfig()
    const keys = ['--access-key-env', 'ACCESS', '--secret-key-env', 'SECRET']
    await cli.minisub('target', 'add', 'lab', '--kubeconfig', 'config', ...WANTED, ...keys)
    const asked = await cli.minisub('target', 'delete', 'lab')
    expect([asked.code, asked.stderr]).toEqual([2, 'error: there is no terminal to ask on: add --yes\n'])
    const deleted = await cli.minisub('target', 'delete', 'lab', '--yes')
    expect([deleted.code, deleted.stdout]).toEqual([0, 'deleted lab; what is in the cluster stays\n'])
    expect((await cli.client().listSecrets()).secrets).toEqual([])
    expect((await cli.minisub('target', 'list')).stdout).toBe('no cluster targets: see `minisub target add --help`\n')
  })

  test('a schedule on a target keeps it from being deleted', async () => {
    kubeconfig()
    await cli.minisub('target', 'add', 'lab', '--kubeconfig', 'config', ...WANTED, ...NAMED)
    const file = await cli.pipeline('p', ['steps: {a: {command: [echo]}}'])
    const schedule = ['schedule', 'add', file, '--cron', '@daily', '--target', 'lab']
    expect((await cli.minisub(...schedule)).code).toBe(0)
    const refused = await cli.minisub('target', 'delete', 'lab', '--yes')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('the schedule p needs the target lab')])
  })

  test('refuses what is wrong in words, and keeps nothing', async () => {
    const file = kubeconfig()
    await cli.minisub('target', 'list')
    for (const [args, words] of REFUSED) {
      const own = args[0] === 'add' ? ['--kubeconfig', file] : []
      const { code, stderr } = await cli.minisub('target', ...args, ...own)
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
    }
    expect((await cli.client().listClusterTargets()).targets).toEqual([])
    expect((await cli.client().listSecrets()).secrets).toEqual([])
  })

  test('names the kubeconfig file that is malformed, and one that is not there', async () => {
    const file = kubeconfig('broken', 'contexts:\n  - name: lab\n context: x\n')
    const broken = await cli.minisub('target', 'add', 'lab', '--kubeconfig', file, ...WANTED, ...NAMED)
    expect([broken.code, broken.stderr]).toEqual([
      2,
      expect.stringContaining(`the kubeconfig ${file} is not valid YAML`),
    ])
    const none = await cli.minisub('target', 'add', 'lab', '--kubeconfig', '/no/config', ...WANTED, ...NAMED)
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there is no context in /no/config')])
  })

  test('a profile in a file is refused with the file, and every fault of it', async () => {
    writeFileSync(join(cli.folder, 'lab.yaml'), 'contxt: lab\nnamespace: ml\n')
    const { code, stderr } = await cli.minisub('target', 'add', 'lab', '--from', 'lab.yaml', ...NAMED)
    expect(code).toBe(2)
    expect(stderr).toContain('lab.yaml is not a profile of a target')
    expect(stderr).toContain('unknown key "contxt": did you mean "context"?')
    expect(stderr).toContain('artifacts.bucket')
  })

  test('a test of a cluster that does not answer has a fix in its table, and exits with 1', async () => {
    kubeconfig()
    const added = await cli.minisub('target', 'add', 'lab', '--kubeconfig', 'config', ...WANTED, ...NAMED)
    expect(added.code, added.stderr).toBe(0)
    const { code, stdout, stderr } = await cli.minisub('target', 'test', 'lab')
    expect(code, stderr).toBe(1)
    expect(stdout).toMatch(
      /^failed +API server +the cluster lab \(127\.0\.0\.1:9\) does not answer .*\n +fix: check the/,
    )
    expect(stdout).toMatch(/\nlab is not ready for runs: 0 passed, \d failed, 0 with a warning, \d+ skipped\n$/)
    expect(stderr).toMatch(/^failed {2}API server: the cluster lab/)
    const json = await cli.minisub('target', 'test', 'lab', '--json')
    expect([json.code, JSON.parse(json.stdout)]).toEqual([1, expect.objectContaining({ target: 'lab', ok: false })])
    const targets = await cli.minisub('targets')
    expect(targets.stdout).toMatch(/^lab +unavailable +namespace ml of lab at https:\/\/127\.0\.0\.1:9/m)
  })
})

describeWithKubernetes('minisub target test on a cluster', () => {
  test('is all green but for what one of the namespace cannot see, and exits with 0', async () => {
    await using tenant = await openTenant()
    vi.stubEnv('ACCESS', lab.accessKey)
    vi.stubEnv('SECRET', lab.secretKey)
    await cli[Symbol.asyncDispose]()
    cli = await openCliSandbox()
    const keys = ['--access-key-env', 'ACCESS', '--secret-key-env', 'SECRET']
    const store = [
      '--registry',
      `${lab.registry}/tests`,
      '--endpoint',
      lab.s3,
      '--bucket',
      lab.bucket,
      '--prefix',
      tenant.namespace,
    ]
    const of = ['--kubeconfig', tenant.kubeconfig, '--service-account', tenant.serviceAccount]
    const added = await cli.minisub('target', 'add', 'lab', ...of, ...store, ...keys)
    expect(added.stderr).toBe('')
    const { code, stdout, stderr } = await cli.minisub('target', 'test', 'lab')
    expect(stdout).toMatch(/^passed +API server +Kubernetes v1\./)
    expect(stdout).toMatch(/\npassed +Bucket, from a pod +a pod has read an object/)
    expect(stdout).toContain('\nlab is ready for runs: ')
    expect(stderr.split('\n').length).toBeGreaterThan(20)
    expect(code).toBe(0)
    expect(readFileSync(join(cli.home, 'core.log'), 'utf8')).not.toContain(lab.secretKey)
    expect((await cli.minisub('targets')).stdout).toMatch(/^lab +ready +namespace minisub-t-\w+ of tenant at https:/m)
    expect(await tenant.leftovers()).toEqual([])
  })
})
