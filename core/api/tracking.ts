import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Mlflow } from '#core/mlflow/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { RunTracking } from '#core/run-tracking/index.ts'
import type { Caller } from '#core/teams/index.ts'
import { admit, type AdmitOptions } from './admit.ts'
import { headersOf } from './answer-problem.ts'
import { setSecurityHeaders } from './headers.ts'
import { noteOf } from './request-note.ts'

/** Takes a request of MLflow's protocol and returns true; returns false, having done nothing, where it is none. */
export type AnswerTracking = (request: IncomingMessage, response: ServerResponse) => boolean

type TrackingOptions = AdmitOptions & { readonly mlflow: Mlflow } & Pick<RunTracking, 'scopeOf'>

/**
 * MLflow's protocol behind the same guard as the rest. Programs log thousands of points a second: their requests are not
 * limited in number (refused credentials are), and have no line in the log unless they fail.
 */
export function createTracking({ mlflow, scopeOf, ...options }: TrackingOptions): AnswerTracking {
  return (request, response) => {
    const target = mlflow.find(request)
    if (target === undefined) return false
    if (!target.isData) setSecurityHeaders(response, options.port)
    const note = noteOf(request)
    note.route = target.label
    note.isQuiet = true
    const wanted = { isUpgrade: false, isCounted: false, whileClosing: false, takesBasic: true }
    let caller: Caller | undefined
    try {
      caller = admit(options, request, { ...wanted, isOpen: target.isOpen })
    } catch (error) {
      if (isProblem(error))
        for (const [name, value] of Object.entries(headersOf(error))) response.setHeader(name, value)
      mlflow.refuse(error, response)
      return true
    }
    note.isUpload = request.method === 'PUT'
    const step = caller?.kind === 'step' ? scopeOf(caller) : undefined
    mlflow.handle({ ...target, step }, request, response)
    return true
  }
}
