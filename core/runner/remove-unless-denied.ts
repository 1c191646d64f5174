import { removeTree, systemCode } from '#core/files/index.ts'

/** What the user of the image may not delete (another user made it, or something is mounted there) stays, and is ignored. */
export async function removeUnlessDenied(path: string | Buffer): Promise<void> {
  try {
    await removeTree(path)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EBUSY', 'EROFS'].includes(systemCode(error) ?? '')) throw error
  }
}
