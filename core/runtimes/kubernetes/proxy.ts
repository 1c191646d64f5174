import { BlockList, isIP } from 'node:net'
import type { Variables } from './kubeconfig.ts'

/**
 * The proxy that a server is reached through by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read as Go reads them: NO_PROXY has
 * host names that include their subdomains, `.suffix`, `host:port`, addresses, CIDR and `*`; this machine is never reached
 * through one. Undefined where there is none.
 */
export function proxyFor(server: URL, variables: Variables): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = variableOf(name, variables)
  if (proxy === '' || isThisMachine(hostOf(server))) return undefined
  if (isExempt(server, variableOf('NO_PROXY', variables))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function variableOf(name: string, variables: Variables): string {
  return (variables[name] ?? variables[name.toLowerCase()] ?? '').trim()
}

function hostOf(server: URL): string {
  return server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isExempt(server: URL, noProxy: string): boolean {
  const port = server.port === '' ? { 'https:': '443', 'http:': '80' }[server.protocol] : server.port
  const host = hostOf(server)
  return noProxy
    .split(',')
    .map((it) => it.trim().toLowerCase())
    .filter((it) => it !== '')
    .some((rule) => fits(rule, host, port ?? ''))
}

function fits(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true
  if (rule.includes('/')) return isInRange(host, rule)
  if (isIP(rule) !== 0) return rule === host
  const [, bare = '', rulePort] = /^(.*?)(?::(\d+))?$/.exec(rule) ?? []
  if (rulePort !== undefined && rulePort !== port) return false
  const ruleHost = bare.replace(/^\[|\]$/g, '')
  if (isIP(ruleHost) !== 0) return ruleHost === host
  const suffix = ruleHost.replace(/^\*?\./, '.')
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`)
}

function isInRange(host: string, rule: string): boolean {
  const [address = '', bits = ''] = rule.split('/')
  const family = isIP(address)
  const length = Number(bits)
  const isRange = family !== 0 && /^\d+$/.test(bits) && length <= (family === 4 ? 32 : 128)
  if (!isRange || isIP(host) !== family) return false
  const range = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  range.addSubnet(address, length, kind)
  return range.check(host, kind)
}
