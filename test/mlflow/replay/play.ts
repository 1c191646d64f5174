import type { ReplayRequest } from './request.ts'

/** A server that requests are played against; the token is sent as Bearer. */
export type Player = { readonly url: string; readonly token?: string }

/** What a server answered: the body parsed where it is JSON, else its text. */
export type Answer = { readonly name: string; readonly status: number; readonly body: unknown }

/** What was played: the answers in order, and what was kept of them by name. */
export type Recording = { readonly answers: readonly Answer[]; readonly kept: ReadonlyMap<string, string> }

/** Plays requests one after another, two milliseconds apart, so that no two things are of the same time. */
export async function play(requests: readonly ReplayRequest[], player: Player): Promise<Recording> {
  const kept = new Map<string, string>()
  const answers: Answer[] = []
  for (const request of requests) {
    await new Promise((resolve) => void setTimeout(resolve, 2))
    const answer = await ask(request, player, kept)
    answers.push(answer)
    for (const [name, place] of Object.entries(request.keep ?? {}))
      kept.set(name, textAt(answer, place) ?? `no ${name}`)
  }
  return { answers, kept }
}

async function ask(request: ReplayRequest, { url, token }: Player, kept: Map<string, string>): Promise<Answer> {
  const address = new URL(url + fill(request.path, kept))
  for (const [key, value] of Object.entries(request.query ?? {})) {
    const values = typeof value === 'object' ? value : [value]
    for (const it of values) address.searchParams.append(key, fill(String(it), kept))
  }
  const response = await fetch(address, {
    method: request.method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(request.method !== 'GET' && { 'content-type': request.contentType ?? 'application/json' }),
    },
    ...(request.method !== 'GET' && { body: fill(request.raw ?? JSON.stringify(request.body), kept) }),
  })
  return { name: request.name, status: response.status, body: parse(await response.text()) }
}

/** `{name}` stands for what was kept by that name; other braces are left. */
function fill(text: string, kept: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => kept.get(name) ?? whole)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // not JSON: the text of a file, or a page of HTML
    return text
  }
}

/** Undefined where the answer has no text there: then the answer itself differs from what it should be. */
function textAt({ body }: Answer, place: string): string | undefined {
  let here: unknown = body
  for (const key of place.split('.')) here = isRecord(here) ? here[key] : undefined
  return typeof here === 'string' && here !== '' ? here : undefined
}

/** Whether it is an object of JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
