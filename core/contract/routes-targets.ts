import { z } from 'zod'
import { ClusterProfile, ClusterTargetView, TAKEN_TARGET_NAMES, TARGET_NAME } from './cluster-targets.ts'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'
import { check, NAME, profile, target } from './routes-targets-examples.ts'
import { KubeContexts, TargetReport } from './target-report.ts'

/** Where runs can be started: each is a name that `RunRequest.target` takes. */
export const TargetView = z.object({
  name: z.string(),
  /** `unavailable`: nothing could be started there now, for the `reason`. */
  status: z.enum(['ready', 'unavailable']),
  /** What it is, such as `Docker 28.1 at /var/run/docker.sock`. */
  description: z.string(),
  /** Cause and fix; null where it is ready. */
  reason: z.string().nullable(),
})
export type TargetView = z.infer<typeof TargetView>

const FAULT =
  'not a name of a target: 2 to 40 lower-case letters, digits and -, with a letter first and no - at the end'
const nameParameter = z.string().regex(TARGET_NAME, { error: FAULT })
/** Of a new one. */
const name = nameParameter.refine((text) => !TAKEN_TARGET_NAMES.has(text), {
  error: ({ input }) => `the name ${String(input)} is taken: choose another`,
})
const params = z.strictObject({ name: nameParameter })

/** Where runs can be started, and the clusters among these. */
export const targetRoutes = {
  listTargets: {
    method: 'GET',
    path: `${API_PREFIX}/targets`,
    summary: 'Where runs can be started, and whether each could start something now',
    auth: 'token',
    response: z.object({ targets: z.array(TargetView) }),
    example: {
      output: {
        targets: [
          { name: 'process', status: 'ready', description: 'processes of this machine', reason: null },
          {
            name: 'docker',
            status: 'unavailable',
            description: 'containers of a Docker engine',
            reason: 'no container engine answers at /var/run/docker.sock: start Docker, or set DOCKER_HOST',
          },
        ],
      },
    },
  },
  listClusterTargets: {
    method: 'GET',
    path: `${API_PREFIX}/targets/profiles`,
    summary: 'The cluster targets with their profiles; no cluster is asked',
    auth: 'token',
    response: z.object({ targets: z.array(ClusterTargetView) }),
    example: { output: { targets: [target] } },
  },
  listKubeContexts: {
    method: 'GET',
    path: `${API_PREFIX}/targets/contexts`,
    summary: 'Contexts of kubeconfig files that a target can be made of; no cluster is asked',
    auth: 'token',
    query: z.strictObject({
      kubeconfig: z
        .string()
        .min(1)
        .max(8192)
        .optional()
        .describe(
          'Absolute paths of files, with : between them; KUBECONFIG of the core, else ~/.kube/config, where absent',
        ),
    }),
    response: KubeContexts,
    example: {
      input: { kubeconfig: '/home/ada/.kube/config' },
      output: {
        kubeconfig: profile.kubeconfig,
        contexts: [{ name: 'lab', server: 'https://10.0.0.1:6443', namespace: 'ml', user: 'ada', isCurrent: true }],
      },
    },
  },
  addTarget: {
    method: 'POST',
    path: `${API_PREFIX}/targets`,
    summary: 'Keep a cluster target; no cluster is asked',
    auth: 'token',
    body: z.strictObject({ name, profile: ClusterProfile }),
    response: ClusterTargetView,
    status: 201,
    example: { input: { name: 'lab', profile }, output: target },
  },
  showTarget: {
    method: 'GET',
    path: `${API_PREFIX}/targets/{name}`,
    summary: 'One cluster target with its profile',
    auth: 'token',
    params,
    response: ClusterTargetView,
    example: { input: NAME, output: target },
  },
  editTarget: {
    method: 'PUT',
    path: `${API_PREFIX}/targets/{name}`,
    summary: 'Give a cluster target another profile; what a run that is active lives in stays',
    auth: 'token',
    params,
    body: z.strictObject({ profile: ClusterProfile }),
    response: ClusterTargetView,
    example: { input: { name: 'lab', profile }, output: target },
  },
  deleteTarget: {
    method: 'DELETE',
    path: `${API_PREFIX}/targets/{name}`,
    summary: 'Forget a cluster target that no active run and no schedule needs; nothing in the cluster is touched',
    auth: 'token',
    params,
    example: { input: NAME },
  },
  testTarget: {
    method: 'POST',
    path: `${API_PREFIX}/targets/{name}/test`,
    summary: 'Check everything that a run on a target needs; given up when the connection is closed',
    auth: 'token',
    params,
    response: TargetReport,
    progress: true,
    example: { input: NAME, output: { target: 'lab', ok: true, checks: [check] } },
  },
} as const satisfies Record<string, Route>
