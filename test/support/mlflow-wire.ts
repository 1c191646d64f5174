import { crc32, deflateSync } from 'node:zlib'

const API = '/api/2.0/mlflow'

type Answer = Record<string, never>

/** What MLflow's client would send, without Python. */
export type MlflowWire = {
  /** Calls a route below `/api/2.0/mlflow`; throws for all but 200. */
  post(path: string, body: object): Promise<Answer>
  /** Makes a run and returns its id. */
  run(draft: { experiment: string; name: string; tags?: Record<string, string> }): Promise<string>
  /** Keeps a file with a run. */
  file(place: { experiment: string; run: string; path: string }, content: string | Uint8Array): Promise<void>
}

/** Speaks MLflow's protocol to a core. */
export function mlflowWire({ url, token }: { readonly url: string; readonly token: string }): MlflowWire {
  const send = async (method: string, path: string, body: string | Uint8Array<ArrayBuffer>, type: string) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': type }
    const response = await fetch(`${url}${path}`, { method, headers, body })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }
  const post: MlflowWire['post'] = (path, body) =>
    send('POST', `${API}/${path}`, JSON.stringify(body), 'application/json')
  return {
    post,
    run: async ({ experiment, name, tags = {} }) => {
      const listed = Object.entries(tags).map(([key, value]) => ({ key, value }))
      const draft = { experiment_id: experiment, run_name: name, user_id: 'ada', start_time: Date.now(), tags: listed }
      const answer = (await post('runs/create', draft)) as unknown as { run: { info: { run_id: string } } }
      return answer.run.info.run_id
    },
    file: async ({ experiment, run, path }, content) => {
      const place = `${experiment}/${run}/artifacts/${path}`.split('/').map(encodeURIComponent).join('/')
      const bytes = typeof content === 'string' ? content : new Uint8Array(content)
      await send('PUT', `/api/2.0/mlflow-artifacts/artifacts/${place}`, bytes, 'application/octet-stream')
    },
  }
}

/** A PNG of one colour. */
export function plainPng(size: number, [red, green, blue]: readonly [number, number, number]): Uint8Array {
  const row = Buffer.from([0, ...Array.from({ length: size }, () => [red, green, blue]).flat()])
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8 + body.length)
  frame.writeUInt32BE(data.length, 0)
  frame.set(body, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}
