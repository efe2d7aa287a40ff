const type = { a: 1, cname: 5 } as const;
const classIn = 1;
/** A compression pointer to the question's name, right behind the twelve bytes of the header. */
const questionName = [0xc0, 12] as const;

/** An Ethernet frame with an answer of a DNS server: a CNAME and three addresses, UDP over IPv4. */
export function dnsAnswerFrame(): Uint8Array {
  const dns = dnsAnswer();
  const udp = [...u16(53), ...u16(40_000), ...u16(8 + dns.length), ...u16(0), ...dns];
  const source = [203, 0, 113, 53];
  const destination = [10, 10, 1, 5];
  const ip = [0x45, 0, ...u16(20 + udp.length), ...u16(1), ...u16(0x4000), 64, 17, ...u16(0)];
  const ethernet = [0x0a, 0, 0, 0, 0, 5, 0x0a, 0, 0, 0, 0, 1, 0x08, 0x00];
  return Uint8Array.from([...ethernet, ...ip, ...source, ...destination, ...udp]);
}

function dnsAnswer(): number[] {
  const question = [...name('www.shop.example.com'), ...u16(type.a), ...u16(classIn)];
  const canonical = name('edge.cdn.example.net');
  const target = 12 + question.length + questionName.length + 10;
  const address = (last: number) => record([0xc0, target], type.a, [203, 0, 113, last]);
  const header = [...u16(0x1234), ...u16(0x8180), ...u16(1), ...u16(4), ...u16(0), ...u16(0)];
  return [
    ...header,
    ...question,
    ...record(questionName, type.cname, canonical),
    ...address(10),
    ...address(11),
    ...address(12),
  ];
}

function record(owner: readonly number[], recordType: number, data: readonly number[]): number[] {
  const timeToLive = [0, 0, 0, 60];
  return [...owner, ...u16(recordType), ...u16(classIn), ...timeToLive, ...u16(data.length), ...data];
}

function name(text: string): number[] {
  const labels = text.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  return [...labels, 0];
}

function u16(value: number): [number, number] {
  return [value >>> 8, value & 0xff];
}
