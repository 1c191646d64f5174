/** Whether something is on a cluster: every target is one but the two of this machine. */
export function isOnCluster({ target }: { readonly target: string }): boolean {
  return target !== 'process' && target !== 'docker'
}
