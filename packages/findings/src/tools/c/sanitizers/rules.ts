// Names for what the sanitizers say, after the flags that switch the checks on.
const UNDEFINED_BEHAVIOUR: readonly (readonly [RegExp, string])[] = [
  [/^signed integer overflow|^negation of .* cannot/, 'signed-integer-overflow'],
  [/^unsigned integer overflow/, 'unsigned-integer-overflow'],
  [/^division by zero/, 'integer-divide-by-zero'],
  [/^shift exponent/, 'shift-exponent'],
  [/^left shift of/, 'shift-base'],
  [/^index .* out of bounds/, 'bounds'],
  [/null pointer/, 'null'],
  [/misaligned address/, 'alignment'],
  [/not a valid value for type '(?:bool|_Bool)'/, 'bool'],
  [/not a valid value for type/, 'enum'],
  [/^execution reached an unreachable|^execution reached the end/, 'unreachable'],
  [/outside the range of representable/, 'float-cast-overflow'],
  [/^pointer index expression|^applying .* offset|^addition of unsigned offset/, 'pointer-overflow'],
  [/^variable length array bound/, 'vla-bound'],
  [/^call to function .* through pointer to incorrect/, 'function'],
  [/does not point to an object of type/, 'vptr'],
];

export function undefinedBehaviourRule(message: string): string {
  return UNDEFINED_BEHAVIOUR.find(([pattern]) => pattern.test(message))?.[1] ?? 'undefined-behavior';
}

/** `heap-use-after-free on address 0x…`, `data race (pid=1)`, `attempting double-free on …` → the name of the fault. */
export function faultName(what: string): string {
  return (
    what
      .replace(/^attempting /, '')
      .split(/ (?:on|\(|in|at|for|[0-9])/, 1)[0]
      ?.trim()
      .replaceAll(' ', '-')
      .slice(0, 100) ?? ''
  );
}
