import { createRequire } from 'node:module';
import { Language, Parser, type Node } from 'web-tree-sitter';

const require = createRequire(import.meta.url);

/** Reads PowerShell into a tree. What it cannot read is in the tree as an error. */
export class PowerShellParser {
  readonly #parser: Parser;
  /** Trees by their source: tests run the same scripts over and over. */
  readonly #trees = new Map<string, Node>();

  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  static async load(): Promise<PowerShellParser> {
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')));
    return new PowerShellParser(parser);
  }

  parse(source: string): Node {
    const known = this.#trees.get(source);
    if (known) return known;
    const tree = this.#parser.parse(source);
    if (!tree) throw new Error('the parser was stopped');
    this.#trees.set(source, tree.rootNode);
    return tree.rootNode;
  }
}

/** Words that the grammar takes for the name of a command where PowerShell does not. */
const keywords =
  /^(?:begin|catch|do|else|elseif|end|finally|for|foreach|function|if|param|process|switch|try|until|while)$/i;

/** Where a tree is not PowerShell: `12:5: ...`. */
export function syntaxErrors(root: Node): string[] {
  return [...nodesIn(root)].flatMap((node) => {
    const problem = problemOf(node);
    const { row, column } = node.startPosition;
    return problem === undefined ? [] : [`${row + 1}:${column + 1}: ${problem}`];
  });
}

function problemOf(node: Node): string | undefined {
  if (node.isMissing) return `${node.type} is missing`;
  if (node.isError) return `cannot read: ${node.text.slice(0, 60)}`;
  // What the grammar lets pass.
  if (node.type === 'try_statement' && !childOf(node, 'catch_clauses') && !childOf(node, 'finally_clause')) {
    return 'try has neither catch nor finally';
  }
  if (node.type === 'command_name' && keywords.test(node.text)) return `${node.text} is no command`;
  return undefined;
}

/** All nodes of a tree, parents before children. */
export function* nodesIn(root: Node): Generator<Node> {
  yield root;
  for (const child of root.children) yield* nodesIn(child);
}

export function childOf(node: Node, type: string): Node | undefined {
  return node.namedChildren.find((child) => child.type === type);
}

/** The nodes that a node is in, the nearest first. */
export function* ancestorsOf(node: Node): Generator<Node> {
  for (let at = node.parent; at; at = at.parent) yield at;
}
