import type { RawRoute } from './route.ts'

/** Where clients ask which MLflow this is. */
export const VERSION_PATH = '/version'

/**
 * What clients take us for. From 3.4 on they send traces as protobuf of OpenTelemetry; below they keep the spans as an
 * artifact, which needs nothing here. docs/decisions/2026-11-26-tracking-server.md says more.
 */
const VERSION = '3.3.2'

/** Answers the version as plain text. */
export function versionRoute(): RawRoute {
  return {
    method: 'GET',
    base: 'root',
    path: VERSION_PATH,
    send: async ({ response }) => {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' })
      response.end(VERSION)
    },
  }
}
