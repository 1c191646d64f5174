/** Gives a file to the browser to keep; what no file name may have becomes a dash. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name.replaceAll(/[^\w.@ -]+/g, '-')
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Keeps what is drawn within an element as a picture, on the ground of the page. */
export async function savePicture(element: HTMLElement | null, name: string): Promise<void> {
  const drawn = element?.querySelector('canvas')
  if (drawn === null || drawn === undefined || element === null) return
  const canvas = document.createElement('canvas')
  canvas.width = drawn.width
  canvas.height = drawn.height
  const context = canvas.getContext('2d')
  if (context === null) return
  context.fillStyle = getComputedStyle(element).getPropertyValue('--mantine-color-body')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(drawn, 0, 0)
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (picture !== null) save(picture, `${name}.png`)
}
