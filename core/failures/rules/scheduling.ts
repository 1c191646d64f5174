import type { FailureRule } from '../rule.ts'

/** Pods that no node takes. */
export const SCHEDULING: readonly FailureRule[] = [
  {
    id: 'unschedulable-gpu',
    places: ['told'],
    pattern: /Insufficient (?<gpu>[\w.-]{1,60}\/[\w.-]{0,60}?gpu[\w-]{0,60})/,
    sentence: 'No node of the cluster has a free GPU for the pod.',
    cause: 'The nodes that it may use have too few {gpu}, or all are taken.',
    fix: 'Wait for other pods to end, ask for fewer in resources.gpu, or add nodes with GPUs; without any, check that the device plugin runs.',
  },
  {
    id: 'unschedulable-resources',
    places: ['told'],
    pattern: /nodes are available: .{0,1500}?(?:Insufficient |Too many pods)/,
    facts: ({ line }) => {
      const names = [...line.text.matchAll(/Insufficient ([\w./-]{1,60})/g)].map(([, name = '']) =>
        name.replace(/\.$/, ''),
      )
      if (line.text.includes('Too many pods')) names.push('places for pods')
      return { lacking: [...new Set(names)].join(' and ') }
    },
    sentence: 'No node of the cluster has room for the pod: {lacking} are lacking.',
    cause: 'It asks for more than is free on any node that it may use.',
    fix: 'Ask for less in resources of the step, wait for other pods to end, or add nodes; minisub target test NAME shows what nodes have.',
  },
  {
    id: 'node-not-ready',
    places: ['told'],
    pattern:
      /untolerated taint \{node\.kubernetes\.io\/(?<state>[a-z-]{1,40})|nodes are available: .{0,1500}?(?<closed>were unschedulable)/,
    facts: ({ groups: { state } }) => ({ state: state ?? 'unschedulable' }),
    sentence: 'Nodes of the cluster take no pods now: they are marked as {state}.',
    cause: 'They are down, short of memory or disk, or were closed for work on them.',
    fix: 'Wait until they are back, or ask who runs the cluster (kubectl get nodes shows their state).',
  },
  {
    id: 'unschedulable-taint',
    places: ['told'],
    pattern: /untolerated taint \{(?<taint>[^}]{1,120})\}|(?<old>had taints that the pod didn't tolerate)/,
    facts: ({ groups: { taint } }) => ({
      taint: taint === undefined ? 'a taint' : `the taint ${taint.trim().replace(/:$/, '')}`,
    }),
    sentence: 'Nodes of the cluster are kept for other pods.',
    cause: 'They have {taint}, which pods of this target do not tolerate.',
    fix: 'Give the target a node selector for nodes without it, or let who runs the cluster open some.',
  },
  {
    id: 'unschedulable-selector',
    places: ['told'],
    pattern: /didn't match Pod's node affinity\/selector|didn't match node selector|MatchNodeSelector/,
    sentence: 'No node of the cluster has the labels that the pod asks for.',
    cause: 'The node selector of the target, or the platform of the image, fits no node.',
    fix: 'Correct the node selector with minisub target edit NAME (kubectl get nodes --show-labels shows what there is).',
  },
  {
    id: 'unschedulable-volume',
    places: ['told'],
    pattern:
      /volume node affinity conflict|unbound immediate PersistentVolumeClaims|persistentvolumeclaim "[^"]{1,120}" not found|didn't find available persistent volumes|didn't match PersistentVolume's node affinity/,
    sentence: 'A volume of the pod is not to be had on any node that may take it.',
    cause: 'Its claim is missing or not bound, or the volume lies in another zone than the free nodes.',
    fix: 'Look at kubectl get pvc in the namespace: make the claim, or use a storage class that binds when a pod comes.',
  },
  {
    id: 'no-nodes',
    places: ['told'],
    pattern: /no nodes available to schedule pods/,
    sentence: 'The cluster has no nodes.',
    cause: 'All are gone, or none has joined yet.',
    fix: 'Add nodes, or wait until the cluster has made some.',
  },
  {
    id: 'unschedulable',
    isGeneral: true,
    places: ['told'],
    pattern: /^Unschedulable\b|^FailedScheduling\b|nodes are available:/,
    sentence: 'No node of the cluster takes the pod.',
    cause: 'The scheduler of the cluster says why in the words below.',
    fix: 'Compare them with resources of the step and with the node selector of the target; minisub target test NAME looks at the nodes.',
  },
]
