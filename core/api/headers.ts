import type { ServerResponse } from 'node:http'

/** What a page may load and ask: this server alone, and styles that carry the nonce, where there is one. */
export function contentSecurityPolicy(port: number, nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join('; ')
}

/** That of answers without a nonce, by port: it is made once, not for each of thousands of requests a second. */
const plainPolicies = new Map<number, string>()

/** Headers of every answer that could be shown or run: set before anything else sees the request. */
export function setSecurityHeaders(response: ServerResponse, port: number): void {
  const policy = plainPolicies.get(port) ?? contentSecurityPolicy(port)
  plainPolicies.set(port, policy)
  response.setHeader('Content-Security-Policy', policy)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('X-Frame-Options', 'DENY')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=()')
  response.setHeader('Cache-Control', 'no-store')
}
