/** A value as PowerShell would see it. */
export type Value = string | number | boolean | readonly Value[];

export interface ParsedCmdlet {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Value>;
}

/** PowerShell's own answer to source that it cannot read. */
export class SyntaxFailure extends Error {}

const tokens =
  /\s*(?:(\|)|(-[A-Za-z]\w*)(:?)|('(?:[^'\u2018\u2019\u201a\u201b]|['\u2018\u2019\u201a\u201b]{2})*')|(@\(|\)|,)|(\$true|\$false)|(-?\d+)|([A-Za-z]+-[A-Za-z]+))/gy;

interface Token {
  readonly kind: 'pipe' | 'parameter' | 'text' | 'mark' | 'boolean' | 'number' | 'name';
  readonly text: string;
  /** A value follows behind a colon. */
  readonly bound?: boolean;
}

/** Reads `Name -Parameter 'value' | Name ...`: the part of PowerShell that the driver writes, and nothing else. */
export function parseCommand(source: string): readonly ParsedCmdlet[] {
  const reader = new TokenReader(tokenize(source));
  const cmdlets: ParsedCmdlet[] = [];
  do {
    const name = reader.take('name').text;
    const parameters = new Map<string, Value>();
    for (let next = reader.peek(); next?.kind === 'parameter'; next = reader.peek()) {
      const { text, bound } = reader.take('parameter');
      const key = text.slice(1).toLowerCase();
      if (parameters.has(key)) throw new SyntaxFailure(`parameter ${text} is given twice`);
      parameters.set(key, bound || reader.startsValue() ? readValue(reader) : true);
    }
    cmdlets.push({ name, parameters });
  } while (reader.skip('pipe'));
  reader.end();
  return cmdlets;
}

function readValue(reader: TokenReader): Value {
  const token = reader.next();
  switch (token.kind) {
    case 'text':
      return unquote(token.text);
    case 'number':
      return Number(token.text);
    case 'boolean':
      return token.text === '$true';
    case 'mark':
      if (token.text === '@(') return readList(reader);
      break;
    default:
  }
  throw new SyntaxFailure(`unexpected ${token.text}`);
}

function readList(reader: TokenReader): readonly Value[] {
  const values: Value[] = [];
  if (reader.skip('mark', ')')) return values;
  do values.push(readValue(reader));
  while (reader.skip('mark', ','));
  if (!reader.skip('mark', ')')) throw new SyntaxFailure('a list does not end');
  return values;
}

/** Each doubled quote stands for the first of the two. */
function unquote(literal: string): string {
  return literal.slice(1, -1).replaceAll(/(['\u2018\u2019\u201a\u201b])['\u2018\u2019\u201a\u201b]/g, '$1');
}

function tokenize(source: string): Token[] {
  const found: Token[] = [];
  tokens.lastIndex = 0;
  const text = source.trimEnd();
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex;
    const match = tokens.exec(text);
    if (!match) throw new SyntaxFailure(`cannot read: ${text.slice(at, at + 40)}`);
    const [, pipe, parameter, colon, literal, mark, boolean, number, name] = match;
    if (pipe) found.push({ kind: 'pipe', text: pipe });
    else if (parameter) found.push({ kind: 'parameter', text: parameter, bound: colon === ':' });
    else if (literal) found.push({ kind: 'text', text: literal });
    else if (mark) found.push({ kind: 'mark', text: mark });
    else if (boolean) found.push({ kind: 'boolean', text: boolean });
    else if (number) found.push({ kind: 'number', text: number });
    else if (name) found.push({ kind: 'name', text: name });
  }
  return found;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw new SyntaxFailure('unexpected end');
    return token;
  }

  take(kind: Token['kind']): Token {
    const token = this.next();
    if (token.kind !== kind) throw new SyntaxFailure(`unexpected ${token.text}`);
    return token;
  }

  skip(kind: Token['kind'], text?: string): boolean {
    const token = this.peek();
    if (token?.kind !== kind || (text !== undefined && token.text !== text)) return false;
    this.#at += 1;
    return true;
  }

  startsValue(): boolean {
    const token = this.peek();
    return token !== undefined && (['text', 'number', 'boolean'].includes(token.kind) || token.text === '@(');
  }

  end(): void {
    const token = this.peek();
    if (token) throw new SyntaxFailure(`unexpected ${token.text}`);
  }
}
