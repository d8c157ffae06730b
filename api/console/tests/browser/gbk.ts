// What Excel in China writes when it saves CSV. The platform only decodes GBK: so each of its two-byte characters is decoded once.

const bytesOf = new Map<string, [number, number]>();
const decoder = new TextDecoder("gbk", { fatal: true });
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    try {
      bytesOf.set(decoder.decode(new Uint8Array([lead, trail])), [lead, trail]);
    } catch {
      // no character has these bytes
    }
  }
}

/** Encodes a text; throws at a character that GBK does not have. */
export function gbk(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const pair = code < 0x80 ? [code] : bytesOf.get(character);
    if (!pair) throw new Error(`GBK has no ${character}`);
    bytes.push(...pair);
  }
  return Buffer.from(bytes);
}
