import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRoutes } from './machine.ts'
import { DOCKER_POOLS, freeSubnets, overlap, parseSubnet, subnetText, type Subnet } from './subnets.ts'

function subnet(text: string): Subnet {
  const read = parseSubnet(text)
  if (read === undefined) throw new Error(`${text} is none`)
  return read
}

const next = (pools: Parameters<typeof freeSubnets>[0], used: readonly Subnet[]): Subnet | undefined =>
  freeSubnets(pools, used, 1)[0]

const anySubnet = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, bits]) => ({ base: address - (address % 2 ** (32 - bits)), bits }))

describe('ranges of addresses', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(anySubnet, (one) => {
        expect(parseSubnet(subnetText(one))).toEqual(one)
      }),
    )
  })

  test.each(['', '1.2.3', '1.2.3.256', '1.2.3.4/33', 'fd00::/8', '1.2.3.4/', 'a.b.c.d/8', '1.2.3.4/8/8'])(
    '"%s" is none',
    (text) => expect(parseSubnet(text)).toBeUndefined(),
  )

  test('two share an address where the first one of one lies in the other', () => {
    fc.assert(
      fc.property(anySubnet, anySubnet, (a, b) => {
        const holds = (outer: Subnet, inner: Subnet) =>
          outer.bits <= inner.bits &&
          Math.floor(inner.base / 2 ** (32 - outer.bits)) === outer.base / 2 ** (32 - outer.bits)
        expect(overlap(a, b)).toBe(holds(a, b) || holds(b, a))
      }),
    )
  })

  test('the next network gets the first range that nothing uses', () => {
    const used = ['172.17.0.0/16', '172.18.0.0/24', '172.20.0.0/14'].map(subnet)
    expect(next(DOCKER_POOLS, used)).toEqual(subnet('172.19.0.0/16'))
    expect(next(DOCKER_POOLS, [...used, subnet('172.19.5.5')])).toEqual(subnet('172.24.0.0/16'))
    expect(next(DOCKER_POOLS, [subnet('172.16.0.0/12')])).toEqual(subnet('192.168.0.0/20'))
    expect(next(DOCKER_POOLS, [subnet('0.0.0.0/0')])).toBeUndefined()
    expect(next([{ base: 'nonsense', size: 99 }], [])).toBeUndefined()
    expect(freeSubnets(DOCKER_POOLS, [], 99)).toHaveLength(31)
  })
})

describe('the routes of this machine', () => {
  test('are read with their device, and whether others pass them on', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'tun0\t000012AC\t0100080A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'wg0\t0000140A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      '*\t0000A0C0\t00000000\t0200\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'torn\t0000',
    ].join('\n')
    expect(parseRoutes(table)).toEqual([
      { device: 'eth0', subnet: '0.0.0.0/0', gateway: true },
      { device: 'docker0', subnet: '172.17.0.0/16', gateway: false },
      { device: 'tun0', subnet: '172.18.0.0/16', gateway: true },
      { device: 'wg0', subnet: '10.20.0.0/16', gateway: true },
    ])
  })

  test('a table of any text is read without a fault', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const { subnet: range } of parseRoutes(text)) expect(parseSubnet(range)).toBeDefined()
      }),
    )
  })
})
