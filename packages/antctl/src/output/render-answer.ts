import type { Answer, Format } from '../commands/command.js';

/** The text of an answer, with its last line ended. */
export async function renderAnswer(answer: Answer, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(answer.value, null, 2)}\n`;
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    return stringify(answer.value, { lineWidth: 0, aliasDuplicateObjects: false });
  }
  const text = answer.table({ wide: format === 'wide' });
  return text.endsWith('\n') ? text : `${text}\n`;
}
