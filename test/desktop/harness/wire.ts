/** Structured-clone values as JSON text. Self-contained, because its source text also runs inside the page. */
export type Wire = { encode(value: unknown): string; decode(text: string): unknown };

export function createWire(): Wire {
  type Tagged = [tag: string, ...rest: unknown[]];
  const uncloneable = () => new Error('An object could not be cloned.');
  const specialNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];
  const arrays = { Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array, Int8Array, Int16Array, Int32Array };

  const encodeBytes = (bytes: Uint8Array) => {
    const characters: string[] = [];
    for (let at = 0; at < bytes.length; at += 0x8000) {
      characters.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
    }
    return btoa(characters.join(''));
  };
  const decodeBytes = (text: unknown) => Uint8Array.from(atob(String(text)), character => character.charCodeAt(0));

  const tag = (value: unknown, depth: number): unknown => {
    if (depth > 200) throw new Error('electron-harness: values nested deeper than 200 are not emulated');
    if (value === undefined) return ['undefined'];
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      const special = specialNumbers.findIndex(known => Object.is(known, value));
      return special < 0 ? value : ['number', special];
    }
    if (typeof value === 'bigint') return ['bigint', String(value)];
    if (typeof value !== 'object') throw uncloneable();
    return tagObject(value, depth);
  };

  const tagObject = (value: object, depth: number): Tagged => {
    const inner = (child: unknown) => tag(child, depth + 1);
    if (Array.isArray(value)) return ['array', Array.from(value, inner)];
    if (value instanceof Date) return ['date', value.getTime()];
    if (value instanceof Map) return ['map', [...value].map(pair => pair.map(inner))];
    if (value instanceof Set) return ['set', [...value].map(inner)];
    if (value instanceof Error) return ['error', value.name, value.message];
    if (ArrayBuffer.isView(value)) {
      return [
        'bytes',
        value.constructor.name,
        encodeBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
      ];
    }
    if (Object.prototype.toString.call(value) !== '[object Object]') throw uncloneable();
    return ['object', Object.entries(value).map(([key, child]) => [key, inner(child)])];
  };

  const untag = (tagged: unknown): unknown => {
    if (!Array.isArray(tagged)) return tagged;
    const [kind, first, second] = tagged as Tagged;
    const children = () => (first as unknown[]).map(untag);
    const pairs = () => (first as [unknown, unknown][]).map(([key, child]) => [untag(key), untag(child)] as const);
    if (kind === 'undefined') return undefined;
    if (kind === 'number') return specialNumbers[Number(first)];
    if (kind === 'bigint') return BigInt(String(first));
    if (kind === 'array') return children();
    if (kind === 'date') return new Date(first === null ? Number.NaN : Number(first));
    if (kind === 'map') return new Map(pairs());
    if (kind === 'set') return new Set(children());
    if (kind === 'error') return Object.assign(new Error(String(second)), { name: String(first) });
    if (kind === 'bytes') {
      const bytes = decodeBytes(second);
      const View = arrays[(first === 'Buffer' ? 'Uint8Array' : first) as keyof typeof arrays];
      if (!View) throw new Error(`electron-harness: ${String(first)} is not emulated`);
      return new View(bytes.buffer);
    }
    return Object.fromEntries(pairs());
  };

  return {
    // structuredClone refuses what Electron's serialiser refuses: functions, symbols, DOM nodes, proxies.
    encode(value) {
      let cloned: unknown;
      try {
        cloned = structuredClone(value);
      } catch {
        throw uncloneable();
      }
      return JSON.stringify(tag(cloned, 0));
    },
    decode: text => untag(JSON.parse(text)),
  };
}
