/**
 * A short hash of a rule's identity, which its action flows carry in the cookie: by it a restarted agent finds the
 * conjunction id and priority that the rule has on the switch. FNV-1a, 32 bits, never 0 (0 stands for no object). Two
 * rules with the same hash may exchange their ids at a restart, which costs flow modifications and nothing else.
 */
export function ruleHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0 || 1;
}
