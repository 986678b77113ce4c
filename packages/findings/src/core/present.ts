// Fields that say something.

export function nonEmpty<Item>(items: Item[] | undefined): Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

type WithoutAbsent<Fields> = {
  [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key];
} & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** Absent keys, not keys that hold undefined: they read, compare and travel the same way. */
export function withoutAbsent<Fields extends object>(fields: Fields): WithoutAbsent<Fields> {
  const present: { [Key in keyof Fields]?: unknown } = {};
  for (const key in fields) if (fields[key] !== undefined) present[key] = fields[key];
  return present as WithoutAbsent<Fields>; // Only keys without a value were left out.
}
