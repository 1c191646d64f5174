import { useEffect, useState, type RefObject } from 'react'

/** Whether something has been in sight, or near. */
export function useSeen(box: RefObject<HTMLDivElement | null>): boolean {
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true),
      {
        rootMargin: '200px',
      },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return isSeen
}
