import type { RequestOptions } from 'node:https'
import { Problem } from '#core/base/problem.ts'
import type { Selected } from './contexts.ts'

/** Credentials by an `auth-provider` of a kubeconfig: `oidc`, `gcp` or `azure`. */
export type AuthProvider = {
  /** The header Authorization; tokens that are over are renewed. Throws Problem `cluster_unauthorized`. */
  authorization(): Promise<string | undefined>
}

/**
 * The provider of a user. The Kubernetes client does the work and is loaded here, for these users alone. What it renews
 * stays in memory: no kubeconfig is written, so a new refresh token is lost with the core.
 */
export async function openAuthProvider({ user, userName }: Selected): Promise<AuthProvider> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  const provider = user['auth-provider'] ?? undefined
  config.loadFromClusterAndUser(
    { name: 'cluster', server: 'https://localhost', skipTLSVerify: false },
    { name: userName, authProvider: { name: provider?.name, config: { ...provider?.config } } },
  )
  return {
    async authorization() {
      const options: RequestOptions & { headers?: Record<string, unknown> } = {}
      try {
        await config.applyToHTTPSOptions(options)
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error)
        const message = `the auth provider ${provider?.name ?? ''} of user ${userName} failed (${words}): log in again`
        throw new Problem('cluster_unauthorized', message, { cause: error })
      }
      const header = options.headers?.['Authorization']
      return typeof header === 'string' ? header : undefined
    },
  }
}
