/**
 * The module `name` in the folder of the module that asks, whose `import.meta.url` is `asking`: `.ts` where Node strips types,
 * `.js` in the tree that the desktop app is made of.
 */
export function siblingModule(asking: string, name: string): URL {
  const { pathname } = new URL(asking)
  return new URL(`./${name}${pathname.slice(pathname.lastIndexOf('.'))}`, asking)
}
