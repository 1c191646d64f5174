import { formatBytes } from '#core/base/quantity.ts'
import type { DiskFact, Fact, PortFact } from './facts.ts'
import { error, info, ofFact, ok, together, warning, type CheckInput, type Finding } from './finding.ts'

const WATCHES = 524_288
const INSTANCES = 512

/** Below these, nodes were seen to fail with "too many open files". */
export function inotify({ facts }: CheckInput): Finding {
  return ofFact(facts.inotify, ({ watches, instances }) => {
    const found = `${watches} watches and ${instances} instances a user`
    const low = [
      ...(watches < WATCHES ? [`fs.inotify.max_user_watches=${WATCHES}`] : []),
      ...(instances < INSTANCES ? [`fs.inotify.max_user_instances=${INSTANCES}`] : []),
    ]
    if (low.length === 0) return ok(found)
    const fix = `sudo sysctl ${low.join(' ')} (for good as lines of /etc/sysctl.d/99-kind.conf)`
    return warning(`${found}, which several nodes or many pods use up`, fix)
  })
}

const GB = 1e9
const ENGINE_DISK = { least: 5 * GB, good: 10 * GB }
const HOME_DISK = { least: 0.2 * GB, good: GB }

/** Of the engine, for images and the store, and of the data folder, for kind and logs. */
export function disk({ facts }: CheckInput): Finding {
  return together([
    space(facts.engineDisk, { of: 'the engine', ...ENGINE_DISK }),
    space(facts.homeDisk, { of: 'the data folder', ...HOME_DISK }),
  ])
}

type Wanted = { readonly of: string; readonly least: number; readonly good: number }

function space(fact: Fact<DiskFact>, { of, least, good }: Wanted): Finding {
  if ('unknown' in fact) return info(`the disk of ${of} is not known: ${fact.unknown}`)
  const { folder, freeBytes } = fact.value
  const found = `${formatBytes(freeBytes)} free for ${of} in ${folder}`
  const how = of === 'the engine' ? ' (docker system df shows what takes it)' : ''
  const fix = `free space there${how}, ${formatBytes(good)} in all`
  if (freeBytes < least) return error(`only ${found}`, fix)
  return freeBytes < good ? warning(found, fix) : ok(found)
}

/** Of the loopback of this machine, as far as the form names them. */
export function ports({ facts }: CheckInput): Finding {
  if (facts.ports.length === 0) return ok('free ones are chosen')
  return together(facts.ports.map((fact) => portFinding(fact, facts.ports)))
}

function portFinding(fact: PortFact, all: readonly PortFact[]): Finding {
  const { of, port, isFree, next } = fact
  const choose = next === undefined ? 'choose another one' : `choose ${next}, which is free`
  const same = all.find((it) => it !== fact && it.port === port)
  if (same !== undefined) {
    const both = [of, same.of].toSorted().join(' and ')
    return error(`${port} was given to ${both}`, 'give each a port of its own')
  }
  if (isFree === 'unknown') {
    const found = `whether ${port} for ${of} is free is not known: this account may not listen there`
    return info(found, `choose one above 1023 where the engine may not either`)
  }
  if (isFree) return ok(`${port} for ${of} is free`)
  return error(`${port} for ${of} is taken by another program`, `${choose}, or end what listens there`)
}
