import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type KeyPair = { readonly cert: string; readonly key: string }

/** An authority of its own, made by openssl, that signs certificates of servers and clients. */
export type Authority = Disposable & {
  readonly ca: string
  issue(name: string, days?: number): KeyPair
}

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-authority-'))
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=authority')
  return {
    ca: read('ca.crt'),
    issue(name, days = 2) {
      writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:cluster.example')
      openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
      const signed = [
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-extfile',
        'names',
        '-days',
        String(days),
      ]
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed)
      return { cert: read(`${name}.crt`), key: read(`${name}.key`) }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
