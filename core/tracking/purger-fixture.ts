import { writeSync } from 'node:fs'
import { ALL, NO_PROGRESS, openPurgeable } from './purge-fixture.ts'

/** A program that purges all that is in the trash of a data folder, and says when it begins and when it is done. */
const [, , home = ''] = process.argv
const { service } = openPurgeable(home)
writeSync(1, 'opened\n')
await service.purge(ALL, { ...NO_PROGRESS, onLine: () => void writeSync(1, 'begun\n') })
writeSync(1, 'done\n')
