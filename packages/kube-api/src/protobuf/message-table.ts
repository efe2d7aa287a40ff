import { coreMessages } from './messages/core.js';
import { groupMessages } from './messages/groups.js';
import { podMessages } from './messages/pods.js';
import { volumeMessages } from './messages/volumes.js';

export type Scalar = 'string' | 'int' | 'bool' | 'bytes';

/** What a field holds: a scalar, one of the types with a JSON form of their own, or a message by its name. */
export interface FieldType {
  readonly name: string;
  readonly label: 'one' | 'list' | 'map';
  /** Zero counts: it is told apart from absent. */
  readonly isPointer: boolean;
  /** The message's fields stand beside those of the message that holds it. */
  readonly isInline: boolean;
}

export interface MessageField {
  readonly name: string;
  readonly type: FieldType;
}

/** Fields of a message by their numbers. */
export type Message = ReadonlyMap<number, MessageField>;

let loaded: ReadonlyMap<string, Message> | undefined;

/** The messages of Kubernetes' protocol buffers that we read, by name. */
export function messageTable(): ReadonlyMap<string, Message> {
  loaded ??= new Map([coreMessages, podMessages, volumeMessages, groupMessages].flatMap(readMessages));
  return loaded;
}

/**
 * Reads messages as the tables write them: `Name: field=NUMBER TYPE, ...`, indented lines go on with the last message.
 * A type is `string` when none is given. Before it stands `[]` for a list, `{}` for a map from strings, `*` for a scalar
 * that may be absent (a pointer in Kubernetes' own types) and `^` for a message whose fields JSON puts in place of it.
 */
export function readMessages(text: string): [string, Message][] {
  return text
    .trim()
    .replaceAll(/\n\s+/g, ' ')
    .split('\n')
    .map((line) => {
      const [, name = '', fields = ''] = /^(\w+):(.*)$/.exec(line) ?? [];
      const rows = fields.split(',').filter((field) => field.trim() !== '');
      return [name, new Map(rows.map(readField))];
    });
}

function readField(text: string): [number, MessageField] {
  const match = /^(\w+)=(\d+)(?: (\[\]|\{\}|\*|\^)?(\w+))?$/.exec(text.trim());
  if (!match) throw new Error(`a field of a message table cannot be read: ${text}`);
  const [, name = '', number, mark, type = 'string'] = match;
  const label = mark === '[]' ? 'list' : mark === '{}' ? 'map' : 'one';
  return [Number(number), { name, type: { name: type, label, isPointer: mark === '*', isInline: mark === '^' } }];
}
