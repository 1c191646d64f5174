// Watches the pods of a kubeconfig for some seconds and prints the CPU time that this took: `ours|bare KUBECONFIG SECONDS`.
import { readFileSync } from 'node:fs'
import { get } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'

const WARM_UP_MS = 2000
const [kind, kubeconfig = '', seconds] = process.argv.slice(2)
let events = 0

function watchOurs(): void {
  const cluster = openCluster({ kubeconfig: [kubeconfig], context: 'local', namespace: 'ml' }, { variables: {} })
  cluster.watch({ path: '/api/v1', plural: 'pods' }, {}, (event) => {
    if (event.kind === 'put') events += 1
  })
}

function watchBare(): void {
  const { clusters } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  }
  const [{ cluster } = { cluster: { server: '', 'certificate-authority-data': '' } }] = clusters
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64')
  get(`${cluster.server}/?watch=true`, { ca }, (response) => {
    let rest = ''
    response.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        JSON.parse(line)
        events += 1
      }
    })
  })
}

if (kind === 'ours') watchOurs()
else watchBare()
await sleep(WARM_UP_MS)
events = 0
const before = process.cpuUsage()
await sleep(Number(seconds) * 1000)
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ cpuSeconds: (user + system) / 1e6, events }))
process.exit(0)
