/** Stands where the compiler knows that nothing arrives; the compiler complains when a case is forgotten. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}
