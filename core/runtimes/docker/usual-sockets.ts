import { join } from 'node:path'
import type { Surroundings } from './engine-address.ts'

/** Where engines listen by themselves, in the order in which they are tried. */
export function usualSockets({ env, home }: Pick<Surroundings, 'env' | 'home'>): string[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  const [rootless, podman] = runtime === '' ? [[], []] : [[join(runtime, 'docker.sock')], podmanIn(runtime)]
  return [
    '/var/run/docker.sock',
    ...rootless,
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(home, '.colima/default/docker.sock'),
    join(home, '.colima/docker.sock'),
    join(home, '.rd/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    ...podman,
    '/run/podman/podman.sock',
    join(home, '.local/share/containers/podman/machine/podman.sock'),
    join(home, '.local/share/containers/podman/machine/qemu/podman.sock'),
  ]
}

function podmanIn(runtime: string): string[] {
  return [join(runtime, 'podman/podman.sock')]
}
