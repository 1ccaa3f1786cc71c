// Circles in a graph (strongly connected components).

/**
 * The groups of nodes that lead to one another, each in the order of `nodes`. A node that leads to nothing that leads
 * back is in none.
 *
 * @see R. Tarjan, Depth-first search and linear graph algorithms, 1972
 */
export function circlesOf(
  nodes: ReadonlyArray<string>,
  edges: Iterable<readonly [from: string, to: string]>
): Array<ReadonlyArray<string>> {
  const next = new Map(nodes.map((node) => [node, new Set<string>()]))
  for (const [from, to] of edges) next.get(from)?.add(to)
  const order = new Map<string, number>()
  const open: Array<string> = []
  const circles: Array<ReadonlyArray<string>> = []
  const visit = (node: string): number => {
    const own = order.size
    let low = own
    order.set(node, own)
    open.push(node)
    for (const other of next.get(node) ?? []) {
      if (!order.has(other)) low = Math.min(low, visit(other))
      else if (open.includes(other)) low = Math.min(low, order.get(other) ?? low)
    }
    if (low === own) {
      const group = new Set(open.splice(open.indexOf(node)))
      if (group.size > 1) circles.push(nodes.filter((each) => group.has(each)))
    }
    return low
  }
  for (const node of nodes) if (!order.has(node)) visit(node)
  return circles
}
