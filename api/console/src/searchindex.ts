import type { Word } from "./i18n.ts";

/** Something that can be found and flown to. */
export interface Entry {
  level: Extract<Word, "component" | "grid" | "community" | "street" | "managed" | "district">;
  code: string;
  name: string;
  nameEN?: string | undefined;
}

// Areas come before the thousands of components when both fit equally well.
const order: Entry["level"][] = ["district", "managed", "street", "community", "grid", "component"];

/**
 * Finds entries by code or name, best first: the whole code, then its beginning, then its end (people say the last digits), then the
 * name's beginning, then anywhere in the name. Spaces and capitals do not count.
 */
export function find(entries: Iterable<Entry>, query: string, most: number): Entry[] {
  const wanted = fold(query);
  if (!wanted) return [];
  const found: { entry: Entry; rank: number }[] = [];
  for (const entry of entries) {
    const rank = rankOf(entry, wanted);
    if (rank !== null) found.push({ entry, rank });
  }
  found.sort((a, b) =>
    a.rank - b.rank || order.indexOf(a.entry.level) - order.indexOf(b.entry.level) || (a.entry.code < b.entry.code ? -1 : 1));
  return found.slice(0, most).map(({ entry }) => entry);
}

function rankOf(entry: Entry, wanted: string): number | null {
  const [code, zh, en] = [fold(entry.code), fold(entry.name), fold(entry.nameEN ?? "")];
  if (code === wanted) return 0;
  if (code.startsWith(wanted)) return 1;
  if (wanted.length >= 4 && code.endsWith(wanted)) return 2;
  if (zh.startsWith(wanted) || en.startsWith(wanted)) return 3;
  return zh.includes(wanted) || en.includes(wanted) ? 4 : null;
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\s+/g, "");
}
