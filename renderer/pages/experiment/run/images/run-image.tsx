import { Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { loadContent } from '#renderer/ui/look/load-content.ts'
import { useRunFile } from '../files/run-file.tsx'

/** Images that were looked at stay for a while: a slider goes to and fro. */
const KEPT_MS = 60_000

type ImageProps = { readonly run: string; readonly path: string; readonly size: number; readonly alt: string }

/** An image of a run. What is none by its first bytes is not shown, and nothing in one is ever run. */
export function RunImage({ run, path, size, alt }: ImageProps) {
  const file = useRunFile({ run, path, size })
  const { data, error } = useQuery({
    queryKey: ['tracked-file', run, path, size],
    queryFn: ({ signal }) => loadContent(file, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
    structuralSharing: false,
    // The image before stays until this one is there.
    placeholderData: keepPreviousData,
  })
  const blob = data?.kind === 'image' ? data.blob : undefined
  const show = useCallback(
    (image: HTMLImageElement) => {
      if (blob === undefined) return undefined
      const url = URL.createObjectURL(blob)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [blob],
  )
  if (error !== null) return <Text size="sm">The image cannot be read: {error.message}</Text>
  if (data !== undefined && blob === undefined) return <Text size="sm">The file is no image that is shown here.</Text>
  return <img ref={show} alt={alt} />
}
