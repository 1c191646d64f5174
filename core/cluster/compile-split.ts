import { Problem } from '#core/base/problem.ts'
import { groupName } from './compile-names.ts'
import type { DagTask, Template } from './compile-shapes.ts'

/** A graph whose tasks all count: one that fails makes the whole fail, whatever comes after it. */
export function graphTemplate(name: string, tasks: readonly DagTask[]): Template {
  return { name, dag: { failFast: false, target: tasks.map((task) => task.name).join(' '), tasks } }
}

/**
 * The tasks of a graph as a task for each group of them, where they are more than `limit`: parts of the graph that know
 * nothing of each other go into graphs of their own, which changes nothing of what they mean. Throws Problem
 * `workflow_too_large` where there are no such parts.
 */
export function splitTasks(
  tasks: readonly DagTask[],
  limit: number | null,
): { readonly tasks: readonly DagTask[]; readonly templates: readonly Template[] } {
  if (limit === null || tasks.length <= limit) return { tasks, templates: [] }
  const groups = packed(components(tasks), limit)
  const templates = groups.map((group, index) => graphTemplate(groupName(index), group))
  const outer = templates.map(({ name }): DagTask => ({ name, template: name }))
  if (outer.length > limit) throw tooManyTasks(`${tasks.length} steps`, limit)
  return { tasks: outer, templates }
}

/** Fills groups in the order of the plan. */
function packed(parts: readonly (readonly DagTask[])[], limit: number): DagTask[][] {
  const groups: DagTask[][] = []
  for (const part of parts) {
    if (part.length > limit) throw tooManyTasks(`${part.length} steps that depend on each other`, limit)
    const group = groups.find((it) => it.length + part.length <= limit)
    if (group === undefined) groups.push([...part])
    else group.push(...part)
  }
  return groups
}

function tooManyTasks(what: string, limit: number): Problem {
  return new Problem(
    'workflow_too_large',
    `the run has ${what}, this version of Argo takes ${limit} in one graph: use another version of Argo, make a pipeline of its own of some of them, or let one step do the work of several`,
  )
}

/** Parts that are not connected. */
function components(tasks: readonly DagTask[]): DagTask[][] {
  const rootOf = new Map(tasks.map(({ name }) => [name, name]))
  const find = (name: string): string => {
    let root = name
    for (let up = rootOf.get(root); up !== undefined && up !== root; up = rootOf.get(root)) root = up
    rootOf.set(name, root)
    return root
  }
  for (const { name, depends } of tasks) {
    for (const upstream of depends?.match(/s-[a-z0-9-]+(?=\.)/g) ?? []) rootOf.set(find(upstream), find(name))
  }
  const parts = new Map<string, DagTask[]>()
  for (const task of tasks) {
    const root = find(task.name)
    const part = parts.get(root)
    if (part === undefined) parts.set(root, [task])
    else part.push(task)
  }
  return [...parts.values()]
}
