/** PowerShell takes all of these for a single quote; doubled inside a literal they stand for themselves. */
const singleQuotes = /['\u2018\u2019\u201a\u201b]/g;

/** A value that a parameter can have. */
export type PowerShellValue = string | number | boolean | readonly string[];

/**
 * A value as PowerShell source: the one way by which text gets into a command. Nothing in a single-quoted literal is
 * expanded, so whatever the text is, it stays data.
 */
export function quote(value: PowerShellValue): string {
  switch (typeof value) {
    case 'string':
      return `'${value.replaceAll(singleQuotes, '$&$&')}'`;
    case 'number':
      return String(value);
    case 'boolean':
      return value ? '$true' : '$false';
    default:
      return `@(${value.map(quote).join(',')})`;
  }
}
