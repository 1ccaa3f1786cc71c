/**
 * Metrics by labels, made once for each set of values: to make a metric costs more than to count with it.
 *
 * A label takes at most 1,000 values, which is more than the accounts of an application; any further one is counted as
 * `other`. So what strangers make up fills neither this memory nor the collector's.
 */

/** The most values of a label, after the same values of the labels before it. */
const mostValues = 1000
const other = "other"

type Labels<Name extends string> = { readonly [Label in Name]: string }

interface Branch<Metrics> {
  /** The values that lead here. */
  readonly values: ReadonlyArray<string>
  readonly branches: Map<string, Branch<Metrics>>
  metrics?: Metrics
}

const branchOf = <Metrics>(values: ReadonlyArray<string>): Branch<Metrics> => ({ values, branches: new Map() })

/**
 * Makes the function that gives the metrics for the values of these labels, in this order. Name labels of a closed list
 * first.
 *
 * One `Map` for each label: to put a text together for one key costs more than the look-ups.
 */
export const make = <const Names extends ReadonlyArray<string>, Metrics>(
  names: Names,
  metricsOf: (labels: Labels<Names[number]>) => Metrics
): ((...values: { readonly [Index in keyof Names]: string }) => Metrics) => {
  const root = branchOf<Metrics>([])
  const labelsOf = (values: ReadonlyArray<string>) =>
    Object.fromEntries(names.map((name, index) => [name, values[index]!])) as Labels<Names[number]>
  return (...values) => {
    let branch = root
    for (const value of values as ReadonlyArray<string>) {
      const { branches } = branch
      const label = branches.has(value) || branches.size < mostValues ? value : other
      let next = branches.get(label)
      if (next === undefined) branches.set(label, (next = branchOf([...branch.values, label])))
      branch = next
    }
    return (branch.metrics ??= metricsOf(labelsOf(branch.values)))
  }
}
