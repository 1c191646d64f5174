// A load of requests over plain sockets, and the processes that it is put on.
import { spawn, type ChildProcess } from 'node:child_process'
import { connect, type Socket } from 'node:net'

/** Program of a server that reads the body and says `{}`: the floor of all that answers. */
export const CONSTANT = `require('node:http').createServer((request, answer) => {
  request.on('data', () => undefined)
  request.on('end', () => {
    answer.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 })
    answer.end('{}')
  })
}).listen(0, '127.0.0.1', function () { console.log(JSON.stringify({ url: 'http://127.0.0.1:' + this.address().port })) })`

/** `next` makes a request, headers and all. */
type Load = { readonly connections: number; readonly requests: number; readonly next: (port: number) => string }

/** Sends requests over connections that are kept, one at a time on each. */
export async function load(port: number, { connections, requests, next }: Load) {
  const took: number[] = []
  let left = requests
  const work = async () => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    while (left > 0) {
      left -= 1
      const began = performance.now()
      await ask(socket, next(port))
      took.push(performance.now() - began)
    }
    socket.destroy()
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, work))
  const seconds = (performance.now() - began) / 1_000
  const sorted = took.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN
  return { perSecond: requests / seconds, p50: at(0.5), p95: at(0.95) }
}

/** The body of the answer, which must be a good one, short, and end with a bracket. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!text.endsWith('}')) return
      socket.off('data', take)
      if (text.startsWith('HTTP/1.1 200')) resolve(text.slice(text.indexOf('\r\n\r\n') + 4))
      else reject(new Error(text))
    }
    socket.on('data', take)
    socket.write(request)
  })
}

/** A request of a client of MLflow. */
export function post(
  port: number,
  path: string,
  { token, body }: { readonly token: string; readonly body: string },
): string {
  const head = [
    `POST /api/2.0/mlflow/runs/${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    'User-Agent: mlflow-python-client/3.6.0',
    `Authorization: Bearer ${token}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** Starts a program of Node whose first line is JSON with its `url`. */
export async function start(...args: string[]): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<Buffer>((done) => void child.stdout.once('data', done))
  const { url } = JSON.parse(line.toString()) as { url: string }
  return { child, port: Number(new URL(url).port) }
}

/** Ends it, and waits for that. */
export async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => void child.once('exit', done))
  child.kill()
  await ended
}

/** The body of a log-metric. */
export function pointOf(run: string, step: number): string {
  return JSON.stringify({ run_uuid: run, run_id: run, key: 'loss', value: 1 / step, timestamp: Date.now(), step })
}

/** The body of a log-batch of 1,000 points. */
export function batchOf(run: string, from: number): string {
  const timestamp = Date.now()
  const metrics = Array.from({ length: 1_000 }, (_, index) => ({
    key: 'batch',
    value: 1 / (from + index),
    timestamp,
    step: from + index,
  }))
  return JSON.stringify({ run_id: run, metrics })
}
