import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, podsOf, problemOf, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'
import { openTenant, type Tenant } from '#test/support/cluster-tenant.ts'
import { labProfile, openLab, PODS, SECRETS, WORKFLOWS } from '#test/support/lab-target.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'

/** Runs wait for pods, most of the time: so all of them play at once. */
describeWithKubernetes('a run on a cluster', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'lab' })))
  afterAll(() => engine[Symbol.asyncDispose]())

  describe.concurrent('of one engine', () => {
    test('is played by pods, and tells of them what any other run tells', async () => {
      await engine.write('greet.sh', 'echo "Hello, $1"\n', 0o755)
      const file = await engine.pipeline(
        {
          steps: {
            names: {
              ...sh('echo "[\\"Ada\\",\\"Linus\\"]" > "$MINISUB_OUTPUTS/list"'),
              outputs: { list: { type: 'list' } },
            },
            greet: {
              ...sh('./greet.sh "$1" | tee "$MINISUB_OUTPUTS/card"', '${{ each.name }}'),
              forEach: { name: '${{ steps.names.outputs.list }}' },
              outputs: { card: { type: 'file' } },
            },
            collect: {
              ...sh('cat "$MINISUB_INPUTS"/cards/*'),
              inputs: { cards: '${{ steps.greet.outputs.card }}' },
            },
          },
          outputs: { cards: '${{ steps.greet.outputs.card }}' },
        },
        'greetings',
      )
      const view = await engine.run(file, { cache: false })
      expect(statusesOf(view)).toEqual({
        names: 'succeeded',
        'greet[0]': 'succeeded',
        'greet[1]': 'succeeded',
        collect: 'succeeded',
      })
      expect(await engine.log(view.id, 'collect')).toEqual(['Hello, Ada', 'Hello, Linus'])
      const kinds = engine.events(view.id).map(({ kind }) => kind)
      expect(kinds.slice(0, 2)).toEqual(['run.started', 'run.submitted'])
    })

    test('leaves what it made in the bucket, until somebody wants it here', async () => {
      const file = await engine.pipeline(
        { steps: { make: { ...sh('echo 42 > "$MINISUB_OUTPUTS/f"'), outputs: { f: { type: 'file' } } } } },
        'bucket',
      )
      const view = await engine.run(file, { cache: false })
      const [artifact] = engine.service.artifactFiles({ run: view.id, step: 'make', item: null }, 'f')
      if (artifact === undefined) throw new Error('there is no artifact')
      expect(engine.blobs.has(artifact.sha256)).toBe(false)
      expect(await engine.service.pull(view.id, {})).toEqual({ bytes: 3 })
      expect(await engine.text(view.id, 'make', { output: 'f' })).toBe('42\n')
      expect(await engine.service.pull(view.id, {})).toEqual({ bytes: 0 })
    })

    test('shares its cache with runs on this machine, both ways', async () => {
      // The files of other tests would be code of its steps.
      await using own = await openEngine({ target: 'lab' })
      const step = (text: string): object => ({
        ...sh(`echo ${text} > "$MINISUB_OUTPUTS/f"`),
        outputs: { f: { type: 'file' } },
      })
      const reader = { ...sh('cat "$MINISUB_INPUTS/f"'), inputs: { f: '${{ steps.make.outputs.f }}' } }
      const file = await own.pipeline({ steps: { make: step('here'), last: reader } }, 'shared')
      const here = await own.run(file, { target: 'process' })
      const there = await own.run(file)
      expect(statusesOf(there)).toEqual({ make: 'cached', last: 'cached' })
      expect(own.events(there.id).map(({ kind }) => kind)).not.toContain('run.submitted')
      expect(there.pipelineDigest).toBe(here.pipelineDigest)

      const more = { ...sh('cat "$MINISUB_INPUTS/f"; echo more'), inputs: { f: '${{ steps.make.outputs.f }}' } }
      const longer = await own.pipeline({ steps: { make: step('here'), last: more } }, 'shared')
      const onCluster = await own.run(longer)
      expect(statusesOf(onCluster)).toEqual({ make: 'cached', last: 'succeeded' })
      expect(await own.log(onCluster.id, 'last')).toEqual(['here', 'more'])

      const other = await own.pipeline({ steps: { make: step('there') } }, 'other')
      await own.run(other)
      const read = await own.pipeline({ steps: { make: step('there'), last: reader } }, 'other')
      const local = await own.run(read, { target: 'process' })
      expect(statusesOf(local)).toEqual({ make: 'cached', last: 'succeeded' })
      expect(await own.log(local.id, 'last')).toEqual(['there'])
    })

    test('that is cancelled leaves nothing of itself in the cluster', async () => {
      const file = await engine.pipeline(
        {
          steps: {
            long: sh('trap "" TERM; echo up; while :; do sleep 1; done'),
            after: { ...sh('true'), needs: { long: 'finished' } },
          },
        },
        'cancelled',
      )
      const { id } = await engine.start(file, { cache: false })
      await until('it runs', async () => (await engine.log(id, 'long')).includes('up'))
      await engine.service.cancel(id)
      const view = await engine.end(id)
      expect(statusesOf(view)).toEqual({ long: 'cancelled', after: 'cancelled' })
      expect(await podsOf(id)).toEqual([])
    })

    test('that somebody else ends in the cluster is cancelled here too', async () => {
      const file = await engine.pipeline({ steps: { long: sh('echo up; sleep 600') } }, 'terminated')
      const { id } = await engine.start(file, { cache: false })
      await until('it runs', () => stepOf(engine.service.show(id), 'long').status === 'running')
      await using cluster = openLab()
      await cluster.patch(WORKFLOWS, id, { spec: { shutdown: 'Terminate' } })
      expect((await engine.end(id)).status).toBe('cancelled')
    })

    test('whose pod is deleted by others has lost a step, and runs it again where it may', async () => {
      const file = await engine.pipeline(
        {
          steps: {
            once: sh('echo up; sleep 600'),
            again: { ...sh('echo up; test "$MINISUB_ATTEMPT" = 2 || sleep 600'), retry: { limit: 1 } },
          },
        },
        'deleted-pods',
      )
      const { id } = await engine.start(file, { cache: false })
      await using cluster = openLab()
      await until('it was sent', () => engine.events(id).some(({ kind }) => kind === 'run.submitted'))
      // Of a pod that Argo itself has not seen running it makes another one; what happens in the next seconds it overlooks.
      await until('both run', async () => (await podPhases(cluster, id)).join() === 'Running,Running')
      await sleep(12_000)
      for (const pod of await podsOf(id)) await cluster.delete(PODS, pod)
      const view = await engine.end(id)
      expect(statusesOf(view)).toEqual({ once: 'lost', again: 'succeeded' })
      expect(stepOf(view, 'once').reason).toMatch(
        /^lost: its pod ended as Error: pod deleted|asked to stop from outside/,
      )
    })

    test('whose Workflow is deleted keeps what is known, and has lost the rest', async () => {
      const file = await engine.pipeline(
        { steps: { first: sh('echo done'), second: { ...sh('sleep 600'), needs: ['first'] } } },
        'deleted',
      )
      const { id } = await engine.start(file, { cache: false })
      await until('the second runs', () => stepOf(engine.service.show(id), 'second').status === 'running')
      await using cluster = openLab()
      await cluster.delete(WORKFLOWS, id)
      const view = await engine.end(id)
      expect(statusesOf(view)).toEqual({ first: 'succeeded', second: 'lost' })
      expect(stepOf(view, 'second').reason).toContain('its Workflow was deleted from the cluster')
    })

    test('takes along a secret that is set here only, and hides it', async () => {
      await engine.secrets.set('api', 'token', 'very-secret-value')
      const file = await engine.pipeline(
        {
          steps: {
            use: {
              ...sh('echo "token $TOKEN"; test ${#TOKEN} = 17'),
              secrets: { TOKEN: { secret: 'api', key: 'token' } },
            },
          },
        },
        'secret',
      )
      const view = await engine.run(file, { cache: false })
      expect(view.status).toBe('succeeded')
      expect(await engine.log(view.id, 'use')).toEqual(['token ***'])
      await using cluster = openLab()
      const workflow = JSON.stringify(await cluster.get(WORKFLOWS, view.id))
      expect(workflow).not.toContain('very-secret-value')
      expect(workflow).not.toContain(Buffer.from('very-secret-value').toString('base64'))
      await until('its Secret is gone', async () => {
        const secrets = await cluster.list(SECRETS)
        return !secrets.some(({ metadata }) => metadata.name === `${view.id}-secrets`)
      })
    })

    test('brings the step runner to an image that does not hold it, for each attempt of each item', async () => {
      await using lab = openLab()
      const own = await engine.pipeline({ steps: { a: sh('true') } }, 'layered')
      const { id } = await engine.run(own, { cache: false })
      const file = await engine.pipeline(
        {
          environments: { own: { image: imageIn(await lab.get(WORKFLOWS, id)) } },
          steps: {
            flaky: {
              environment: 'own',
              ...sh('echo "try $MINISUB_ATTEMPT of $1"; [ "$MINISUB_ATTEMPT" = 2 ]', '${{ each.name }}'),
              forEach: { name: ['x', 'y'] },
              retry: { limit: 2 },
            },
            fails: { environment: 'own', ...sh('exit 5') },
          },
        },
        'as-it-is',
      )
      const view = await engine.run(file, { cache: false })
      expect(statusesOf(view)).toEqual({ 'flaky[0]': 'succeeded', 'flaky[1]': 'succeeded', fails: 'failed' })
      expect(await engine.log(view.id, 'flaky', { item: 1, attempt: 2 })).toEqual(['try 2 of y'])
      expect(stepOf(view, 'fails').exitCode).toBe(5)
      expect(JSON.stringify(await lab.get(WORKFLOWS, view.id))).toContain('containerSet')
    })

    test('says in the words of the cluster why a step waits', async () => {
      const file = await engine.pipeline({ steps: { big: { ...sh('true'), resources: { cpu: 900 } } } }, 'waits')
      const { id } = await engine.start(file, { cache: false })
      await until('it says so', () => stepOf(engine.service.show(id), 'big').reason !== null)
      expect(stepOf(engine.service.show(id), 'big').reason).toMatch(/Unschedulable.*Insufficient cpu/)
      const pod = await engine.service.pod({ run: id, step: 'big', item: null })
      expect(pod).toMatchObject({ namespace: 'ml', phase: 'Pending', node: null })
      await engine.service.cancel(id)
      expect((await engine.end(id)).status).toBe('cancelled')
    })

    test('says that a step ran out of memory', async () => {
      const script = 'x = []\nwhile True: x.append(bytearray(10_000_000))'
      const file = await engine.pipeline(
        { steps: { eat: { command: ['python3', '-c', script], resources: { memory: '64Mi' } } } },
        'memory',
      )
      const view = await engine.run(file, { cache: false })
      expect(stepOf(view, 'eat')).toMatchObject({
        status: 'failed',
        exitCode: 137,
        reason: 'ran out of memory: raise resources.memory or use less',
      })
    })

    test('goes on while no core is there, and the next one has it whole', async () => {
      await using own = await openEngine({ target: 'lab' })
      const file = await own.pipeline({
        steps: {
          first: { ...sh('echo one; sleep 3; echo 1 > "$MINISUB_OUTPUTS/n"'), outputs: { n: { type: 'integer' } } },
          second: { ...sh('echo "two $1"', '${{ steps.first.outputs.n }}') },
        },
      })
      const { id } = await own.start(file, { cache: true })
      await until('it was sent', () => own.events(id).some(({ kind }) => kind === 'run.submitted'))
      await own.away(async () => {
        await using cluster = openLab()
        const status = async (): Promise<string> => JSON.stringify((await cluster.get(WORKFLOWS, id))['status'])
        await until('the cluster is done', async () => /"phase":"Succeeded".*"progress":"2\/2"/.test(await status()))
      })
      const view = await own.end(id)
      expect(statusesOf(view)).toEqual({ first: 'succeeded', second: 'succeeded' })
      expect(await own.log(id, 'second')).toEqual(['two 1'])
      const again = await own.run(file)
      expect(statusesOf(again)).toEqual({ first: 'cached', second: 'cached' })
    })
  })

  test('is refused before anything is made, for all that keeps it from playing', async () => {
    const plain = await engine.pipeline({ steps: { a: sh('true') } }, 'plain')
    const secret = await engine.pipeline(
      { steps: { a: { ...sh('true'), secrets: { T: { secret: 'nowhere', key: 'k' } } } } },
      'no-secret',
    )
    expect(await problemOf(engine.start(secret))).toMatchObject({ code: 'secret_missing' })
    await using other = await openEngine({
      target: 'lab',
      profile: labProfile('elsewhere', { platform: 'linux/arm64' }),
    })
    expect(await problemOf(other.start(plain))).toMatchObject({ code: 'image_platform' })
    expect(other.service.list({ limit: 10 })).toEqual([])
  })
})

/** Phases of the pods of a run as Argo sees them. */
async function podPhases(cluster: ReturnType<typeof openLab>, run: string): Promise<string[]> {
  const { status = {} } = (await cluster.get(WORKFLOWS, run)) as { status?: { nodes?: Record<string, ArgoNode> } }
  return Object.values(status.nodes ?? {}).flatMap(({ type, phase }) => (type === 'Pod' ? [phase] : []))
}

type ArgoNode = { readonly type: string; readonly phase: string }

describeWithKubernetes('a namespace that is deleted while a run plays in it', () => {
  test('has the run end with what is lost', async () => {
    const tenant = await openTenant()
    let isThere = true
    try {
      const { namespace, serviceAccount } = tenant
      await using engine = await openEngine({
        target: 'lab',
        profile: labProfile(`gone-${namespace}`, { namespace, serviceAccount }),
      })
      const file = await engine.pipeline({ steps: { first: sh('echo up; sleep 600') } })
      const { id } = await engine.start(file, { cache: false })
      await until('it runs', () => stepOf(engine.service.show(id), 'first').status === 'running')
      await tenant[Symbol.asyncDispose]()
      isThere = false
      const view = await engine.end(id)
      expect(stepOf(view, 'first')).toMatchObject({ status: 'lost' })
    } finally {
      if (isThere) await tenant[Symbol.asyncDispose]()
    }
  })
})

describeWithKubernetes('a user with rights in one namespace', () => {
  let tenant: Tenant
  beforeAll(async () => void (tenant = await openTenant()))
  afterAll(() => tenant[Symbol.asyncDispose]())

  test('runs a pipeline to its end, and leaves nothing but the Workflow', async () => {
    const { kubeconfig, context, namespace, serviceAccount } = tenant
    const profile = labProfile(`tenant-${namespace}`, { kubeconfig: [kubeconfig], context, namespace, serviceAccount })
    await using engine = await openEngine({ target: 'lab', profile })
    await engine.secrets.set('api', 'token', 'value-of-the-tenant')
    const file = await engine.pipeline({
      steps: {
        first: { ...sh('echo 1 > "$MINISUB_OUTPUTS/n"'), outputs: { n: { type: 'integer' } } },
        second: {
          ...sh('echo "$1 $TOKEN"', '${{ steps.first.outputs.n }}'),
          secrets: { TOKEN: { secret: 'api', key: 'token' } },
        },
      },
    })
    const view = await engine.run(file, { cache: false })
    expect(view.status).toBe('succeeded')
    expect(await engine.log(view.id, 'second')).toEqual(['1 ***'])
    await until('all but the Workflow is gone', async () => {
      const left = (await tenant.leftovers()).filter((name) => !name.startsWith('minisub-artifacts-'))
      return left.length === 1 && left[0] === view.id
    })
  })
})

/** What the first step of a Workflow is started of. */
function imageIn(workflow: object): string {
  const [, image] = /"image":"([^"]+)"/.exec(JSON.stringify(workflow)) ?? []
  if (image === undefined) throw new Error('no step has an image')
  return image
}
