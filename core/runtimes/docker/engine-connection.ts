import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { join } from 'node:path'
import Dockerode from 'dockerode'
import { systemCode } from '#core/files/index.ts'
import type { EngineAddress, TlsFiles } from './engine-address.ts'
import { SshAgent } from './ssh-agent.ts'

/** Seconds of silence after which a call that should be short is given up. */
const SHORT_CALL_MS = 120_000

/** Clients of one engine: `calls` give up after two minutes of silence, `streams` never do. */
export type EngineClients = { readonly calls: Dockerode; readonly streams: Dockerode }

/** Clients for an address; nothing is connected yet. Throws the system's error where a TLS file cannot be read. */
export function clientsOf(address: EngineAddress): EngineClients {
  const options = connectOptions(address)
  const streams = new Dockerode(options)
  // a pipe to ssh knows no timeout; ssh has one of its own
  if (address.kind === 'ssh') return { calls: streams, streams }
  return { calls: new Dockerode({ ...options, timeout: SHORT_CALL_MS }), streams }
}

type Options = Dockerode.DockerOptions & { readonly agent?: Agent }

/**
 * Everything that docker-modem would else take from DOCKER_HOST is said, if only as undefined. Each call has a connection
 * of its own: a kept one may be that of an engine that was restarted since, and what was sent there is lost.
 */
function connectOptions(address: EngineAddress): Options {
  const none = { host: undefined, port: undefined, socketPath: undefined, username: undefined, timeout: undefined }
  const base = { ...none, ca: undefined, cert: undefined, key: undefined, protocol: 'http' as const }
  switch (address.kind) {
    case 'socket':
      return { ...base, socketPath: address.path, agent: new HttpAgent() }
    case 'tcp': {
      const place = { ...base, host: address.host, port: address.port }
      return address.tls === undefined
        ? { ...place, agent: new HttpAgent() }
        : { ...place, protocol: 'https', ...tlsOptions(address.tls) }
    }
    case 'ssh':
      return { ...base, host: 'docker', port: 80, agent: new SshAgent(address) }
  }
}

function tlsOptions({ folder, verify }: TlsFiles): Partial<Options> {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(join(folder, name)))
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    agent: new HttpsAgent({ rejectUnauthorized: verify }),
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
