import type { ClusterModel } from '../model/types.ts';

/** Work a thing out once for a model: every unit of every host asks for it, and there may be 5,000 hosts. */
export function perModel<T>(compute: (model: ClusterModel) => T): (model: ClusterModel) => T {
  const known = new WeakMap<ClusterModel, { value: T }>();
  return (model) => {
    const found = known.get(model) ?? { value: compute(model) };
    known.set(model, found);
    return found.value;
  };
}
