/**
 * The fields of a value that its validation never looks at, as paths like `spec.replicas`: those that its schema does not
 * know. For compiled validators, which let such fields pass and cannot be asked for their schemas. The value must be valid.
 */
export function unknownFields(value: object, validate: (value: object) => void): string[] {
  const seen = new Map<object, Set<string | symbol>>();
  validate(watch(value, seen));
  return unseen(value, seen);
}

function watch<T extends object>(value: T, seen: Map<object, Set<string | symbol>>): T {
  const keys = seen.get(value) ?? new Set();
  seen.set(value, keys);
  return new Proxy(value, {
    get(target, key) {
      keys.add(key);
      const found: unknown = Reflect.get(target, key);
      return isObject(found) ? watch(found, seen) : found;
    },
  });
}

function unseen(value: object, seen: Map<object, Set<string | symbol>>, path: string[] = []): string[] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    const here = [...path, key];
    if (!seen.get(value)?.has(key)) return [here.join('.')];
    return isObject(child) ? unseen(child, seen, here) : [];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
