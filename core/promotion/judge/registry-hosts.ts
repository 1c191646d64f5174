/** The host, with its port, of a registry as an image or a Secret names it. */
export function registryHost(text: string): string {
  const [host = ''] = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .split('/')
  const name = host.toLowerCase()
  return name === 'index.docker.io' || name === 'registry-1.docker.io' ? 'docker.io' : name
}

/** Whether the credentials for a host, which may have `*` in place of a part of its name, are those for another. */
export function isForHost(credentials: string, host: string): boolean {
  const parts = registryHost(credentials).split('.')
  const own = registryHost(host).split('.')
  return parts.length === own.length && parts.every((part, i) => part === '*' || part === own[i])
}
