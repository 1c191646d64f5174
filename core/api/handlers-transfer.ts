import type { transferRoutes } from '#core/contract/routes-transfer.ts'
import type { Transfer } from '#core/transfer/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'

/** Handlers of import and export. */
export function transferHandlers({
  transfer,
}: {
  readonly transfer: Transfer
}): Pick<Handlers, keyof typeof transferRoutes> {
  return {
    importTracking: async (request, { onLine, signal }) => {
      absolute(request.path)
      if (request.artifacts !== undefined) absolute(request.artifacts)
      return transfer.import(request, { onLine, signal })
    },
    exportTracking: async (request, { onLine, signal }) => {
      absolute(request.folder)
      return transfer.export(request, { onLine, signal })
    },
  }
}
