import type { Hello } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { readProperties } from './property.js';

const versionBitmap = 1;

/** OFPT_HELLO with its version bitmap (OpenFlow 1.3, 7.5.1). */
export function writeHello(writer: WireWriter, { versions }: Hello): void {
  const start = writer.length;
  const words = Math.floor(Math.max(0, ...versions) / 32) + 1;
  writer.u16(versionBitmap);
  writer.u16(4 + 4 * words);
  for (let word = 0; word < words; word += 1) {
    const bits = versions
      .filter((version) => version >>> 5 === word)
      .reduce((sum, version) => sum | (1 << (version & 31)), 0);
    writer.u32(bits >>> 0);
  }
  writer.padFrom(start, 8);
}

/** Without a bitmap the sender speaks everything up to the version of its header. */
export function readHello(body: WireReader, headerVersion: number): Hello {
  let versions: number[] | undefined;
  readProperties(body, (type, content) => {
    if (type === versionBitmap) versions = readBitmap(content);
  });
  return { type: 'hello', versions: versions ?? Array.from({ length: headerVersion }, (_, index) => index + 1) };
}

function readBitmap(content: WireReader): number[] {
  const versions: number[] = [];
  for (let base = 0; content.remaining >= 4; base += 32) {
    const bits = content.u32();
    for (let bit = 0; bit < 32; bit += 1) {
      if (((bits >>> bit) & 1) === 1) versions.push(base + bit);
    }
  }
  return versions;
}
