import { isValueAt, lineAround, lineBefore, type Hit, type Source } from './source.ts'

const PORT = String.raw`(?::\d{2,5})?`
const PART = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`
const PLAIN = [
  new RegExp(String.raw`(?<![\w.-])localhost(?![\w-])(?!\.\w)${PORT}`, 'g'),
  new RegExp(String.raw`(?<![\w.])(?:127|10)\.${PART}\.${PART}\.${PART}(?![\w.]*\.?\d)${PORT}`, 'g'),
  new RegExp(String.raw`(?<![\w.])192\.168\.${PART}\.${PART}(?![\w.]*\.?\d)${PORT}`, 'g'),
  new RegExp(String.raw`(?<![\w.])172\.(?:1[6-9]|2\d|3[01])\.${PART}\.${PART}(?![\w.]*\.?\d)${PORT}`, 'g'),
  /(?<=\/\/|@|["'\s=])\[::1\](?::\d{2,5})?|(?<![\w:.[])::1(?![\w:.\]])/g,
  /(?<![\w.-])(?:host|gateway|kubernetes)\.(?:docker|containers)\.internal(?![\w.-])(?::\d{2,5})?/g,
]
/** What is called a host only where an address is meant. */
const NAMED = /(?<![\w.-])[A-Za-z0-9][\w-]*(?:\.[\w-]+)*\.local(?![\w.-])(?::\d{2,5})?/g
const OF_HOST = /:\/\/(?:[^\s/@]*@)?$|@$|\b(?:host|server|addr|broker|url|uri|endpoint)\w*["']?\s*(?:[:=]|,)\s*["']?$/i
/** Protocols whose addresses name a machine; those of buckets and of files do not. */
const ONE_LABEL =
  /\b(?:https?|wss?|ftps?|sftp|ssh|tcp|grpcs?|postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mariadb|mongodb|rediss?|amqps?|mqtts?|ldaps?|kafka|nats|clickhouse|neo4j|bolt|spark|memcached):\/\/(?:[^\s/@"']*@)?[A-Za-z][\w-]*(?![\w.%{@-])(?!:[^\s/@"']*@)(?::\d{1,5})?/g

/** It is this step itself that listens there, or one asks whether it is such an address. */
const OWN_SERVER =
  /\b(?:bind|listen|serve|serve_forever|run_app|HTTPServer|TCPServer|start_server|create_server|init_method|LocalCluster)\b|\b(?:app|uvicorn|hypercorn|server)\.run\s*\(|--(?:bind|listen)\b|no_proxy|MASTER_ADDR/i
const COMPARED = /(?:[=!]==?|\b(?:not\s+)?in\s*[([{]|startswith\s*\(|endsWith\s*\(|startsWith\s*\()[^=]*$/

/** Addresses that mean this machine or its network. `hostName`: the name of this machine. */
export function localAddresses(source: Source, hostName: string): Hit[] {
  const plain = PLAIN.flatMap((pattern) => hits(source, pattern))
  const named = hits(source, NAMED, '.local').filter(
    (hit) => !hit.text.includes('.cluster.local') && isHost(source, hit),
  )
  const oneLabel = hits(source, ONE_LABEL, '://').filter(
    ({ text }) => !/:\/\/(?:[^/@]*@)?(?:localhost|example)\b/.test(text),
  )
  return [...plain, ...named, ...ownName(source, hostName), ...oneLabel].filter(
    ({ offset }) => !isOwnServer(source, offset),
  )
}

/** `needs`: what all of the pattern has in it, which is found faster. */
function hits(source: Source, pattern: RegExp, needs = ''): Hit[] {
  if (!source.text.includes(needs)) return []
  return [...source.text.matchAll(pattern)]
    .map(({ index: offset, 0: text }) => ({ offset, text }))
    .filter(({ offset }) => isValueAt(source, offset))
}

function isHost({ text }: Source, { offset, text: found }: Hit): boolean {
  return /:\d+$/.test(found) || OF_HOST.test(text.slice(Math.max(0, offset - 80), offset))
}

/** A machine may be called `data`, which is a word like any other. */
function ownName(source: Source, hostName: string): Hit[] {
  const name = hostName.replace(/\.(?:local|lan|home|fritz\.box)$/i, '')
  if (name.length < 3 || name.toLowerCase() === 'localhost') return []
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const pattern = new RegExp(String.raw`(?<![\w.-])${escaped}(?![\w.-])(?::\d{2,5})?`, 'g')
  return hits(source, pattern, name).filter(
    (hit) =>
      isHost(source, hit) && !/:\/\/(?:[^\s/@]*@)?$/.test(source.text.slice(Math.max(0, hit.offset - 80), hit.offset)),
  )
}

function isOwnServer(source: Source, offset: number): boolean {
  return OWN_SERVER.test(lineAround(source, offset)) || COMPARED.test(lineBefore(source, offset))
}
