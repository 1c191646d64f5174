import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Dockerode from 'dockerode'
import { statusOf } from './engine-problems.ts'
import type { ContainerState } from './judge.ts'

/** What the engine says when it has made a container. */
export type Created = { readonly Id: string; readonly Warnings?: readonly string[] | null }

/**
 * Makes a container under a name. Dockerode's own call would send the whole body a second time, in the address. Throws
 * what docker-modem throws: an error with status 409 where the name is taken.
 */
export function createContainer(
  client: Dockerode,
  name: string,
  body: Dockerode.ContainerCreateOptions,
): Promise<Created> {
  return dial<Created>(client.modem, {
    path: '/containers/create?',
    method: 'POST',
    options: { _query: { name }, _body: body },
    statusCodes: { 201: true, 400: 'bad parameter', 404: 'no such image', 409: 'conflict', 500: 'server error' },
  })
}

function dial<Answer>(modem: Dockerode['modem'], call: Parameters<Dockerode['modem']['dial']>[0]): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  modem.dial(call, (error: Error | null, answer: unknown): void => {
    if (error === null) resolve(answer as Answer)
    else reject(error)
  })
  return promise
}

/** A container as far as it matters here; undefined where there is none. */
export type FoundContainer = {
  readonly id: string
  readonly state: Exclude<ContainerState, { phase: 'gone' }>
  readonly labels: Readonly<Record<string, string>>
}

export async function findContainer(client: Dockerode, nameOrId: string): Promise<FoundContainer | undefined> {
  try {
    const { Id, State, Config } = await client.getContainer(nameOrId).inspect()
    return { id: Id, labels: Config.Labels ?? {}, state: stateOf(State) }
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

function stateOf(state: Dockerode.ContainerInspectInfo['State']): FoundContainer['state'] {
  if (state.Running || state.Restarting || state.Paused) return { phase: 'running' }
  // Podman's word for the moment before the start
  if (state.Status === 'created' || state.Status === 'initialized') return { phase: 'created' }
  const { ExitCode: exitCode, OOMKilled: outOfMemory, FinishedAt, Error: error } = state
  return { phase: 'ended', exitCode, outOfMemory, finishedAt: Date.parse(FinishedAt) || Date.now(), error: error ?? '' }
}

/**
 * Removes a container with its anonymous volumes; one that runs only with `force`. Nothing happens where it is gone;
 * one that the engine is removing already is waited for.
 */
export async function removeContainer(client: Dockerode, id: string, { force }: { force: boolean }): Promise<void> {
  try {
    await client.getContainer(id).remove({ force, v: true })
  } catch (error) {
    if (statusOf(error) === 404) return
    if (statusOf(error) !== 409 || !/already in progress/.test(String(error))) throw error
    await waitUntilRemoved(client, id)
  }
}

async function waitUntilRemoved(client: Dockerode, id: string): Promise<void> {
  try {
    await client.getContainer(id).wait({ condition: 'removed' })
  } catch (error) {
    if (statusOf(error) !== 404) throw error
  }
}

/** Sends a signal; nothing happens where the container is gone or does not run. */
export async function signalContainer(client: Dockerode, id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  try {
    await client.getContainer(id).kill({ signal })
  } catch (error) {
    const status = statusOf(error)
    // 409, and 500 of older engines, where it does not run any more
    if (status === 404 || status === 409 || /is not running/.test(String(error))) return
    throw error
  }
}

/**
 * Resolves when the container does not run any more, or when nobody can tell: what is the case is looked at then. The
 * answer is read as a stream: of one that breaks off in the middle, dockerode's own call never tells.
 */
export async function waitForEnd(container: Dockerode.Container, signal: AbortSignal): Promise<void> {
  try {
    const call = {
      // Without a condition: until it does not run.
      path: `/containers/${container.id}/wait`,
      method: 'POST',
      isStream: true,
      abortSignal: signal,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
    }
    const answer = await dial<Readable>(container.modem, call)
    try {
      await finished(answer.resume(), { signal })
    } finally {
      answer.destroy()
    }
  } catch {
    // the engine or the container is gone, or this core goes: the reading of the log meets the same and says so
  }
}

/** Whether an error says that the engine has no such container any more. */
export function isGone(error: unknown): boolean {
  return statusOf(error) === 404 || (statusOf(error) === 409 && /dead or marked for removal/.test(String(error)))
}
