import { expect, test } from 'vitest'
import { foreignVariables } from './pod-environment.ts'

/** As a kubelet tells of a service with the ports http and metrics, after its name. */
function service(name: string, protocol = 'tcp'): Record<string, string> {
  const upper = protocol.toUpperCase()
  return {
    [`${name}_SERVICE_HOST`]: '10.0.0.1',
    [`${name}_SERVICE_PORT`]: '80',
    [`${name}_SERVICE_PORT_HTTP`]: '80',
    [`${name}_PORT`]: `${protocol}://10.0.0.1:80`,
    [`${name}_PORT_80_${upper}`]: `${protocol}://10.0.0.1:80`,
    [`${name}_PORT_80_${upper}_PROTO`]: protocol,
    [`${name}_PORT_80_${upper}_PORT`]: '80',
    [`${name}_PORT_80_${upper}_ADDR`]: '10.0.0.1',
  }
}

test('what Kubernetes, Argo and the runner are told by is foreign to a step', () => {
  const env = {
    ...service('KUBERNETES'),
    ...service('MY_DB'),
    ...service('DNS', 'udp'),
    ARGO_TEMPLATE: '{}',
    MINISUB_POD_RETRY: '0',
    MINISUB_POD_SECRET_0: 'x',
    LD_PRELOAD: '',
  }
  expect(new Set(foreignVariables(env))).toEqual(new Set(Object.keys(env)))
})

test('what an image sets is not, however much it looks like a service', () => {
  const env = {
    PATH: '/bin',
    HOSTNAME: 'pod',
    KUBECONFIG: '/k',
    ARGON: '1',
    PORT: '80',
    APP_PORT: '8080',
    APP_SERVICE_HOST: 'db.example',
    OTHER_SERVICE_HOST: 'x',
    OTHER_SERVICE_PORT: '1',
    OTHER_PORT: '1',
    MINISUB_PODS: '1',
  }
  expect(foreignVariables(env)).toEqual([])
  expect(foreignVariables({ ...env, ...service('APP'), APP_PORT_NAME: 'x', APP_NAME: 'x' })).not.toContain('APP_NAME')
})
